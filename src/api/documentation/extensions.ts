/**
 * What the fields of kinds that extend the API mean, a line each: custom resources, webhooks, policies, aggregation. Forms and rules:
 * apimachinery/schema/documentation.ts.
 */
export const extensionDocumentation = `
admissionregistration.v1.MutatingWebhookConfiguration, admissionregistration.v1.ValidatingWebhookConfiguration: Webhooks that look at requests before they are carried out.
  webhooks: The webhooks.
admissionregistration.v1.MutatingWebhook, admissionregistration.v1.ValidatingWebhook: A webhook.
  name: Its name, like a domain: policy.example.com.
  clientConfig: How to reach it.
  rules: Requests that it is asked about.
  failurePolicy: What happens if it cannot be reached: Ignore or Fail. Default Fail.
  matchPolicy: Exact, or Equivalent to be asked also when the object came in another version. Default Equivalent.
  namespaceSelector: Only objects in namespaces with these labels.
  objectSelector: Only objects with these labels.
  matchConditions: Expressions that must all be true. At most 64.
  sideEffects: Whether it does anything else: None or NoneOnDryRun.
  timeoutSeconds: How long to wait for it, 1 to 30. Default 10.
  admissionReviewVersions: The versions of AdmissionReview that it understands, best first.
  reinvocationPolicy: Whether it is asked again when later ones changed the object: Never or IfNeeded. Default Never.
admissionregistration.v1.WebhookClientConfig, io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig: How to reach a webhook. Exactly one of url and service is set.
  url: Its URL, with https.
  service: The Service it is behind.
  caBundle: Certificates, in PEM, in base64, that its certificate is checked with. Default: the system's.
admissionregistration.v1.ServiceReference, io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference, io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference: A Service.
  namespace: Its namespace.
  name: Its name.
  path: The path to send to.
  port: Its port. Default 443.
admissionregistration.v1.RuleWithOperations, admissionregistration.v1.NamedRuleWithOperations: Some requests. All parts must fit.
  operations: CREATE, UPDATE, DELETE, CONNECT or "*".
  apiGroups: The API groups; "*" for all.
  apiVersions: The versions; "*" for all.
  resources: The resources; pods/* for all subresources of Pods, "*" for all resources, "*/*" for all with subresources.
  resourceNames: Only objects of these names. None: all.
  scope: Cluster, Namespaced or "*". Default "*".
admissionregistration.v1.MatchCondition: An expression that must be true.
  name: Its name.
  expression: In CEL; it knows object, oldObject, request, authorizer and so on.
admissionregistration.v1.MatchResources: Some requests.
  resourceRules: Requests that count.
  excludeResourceRules: Requests that do not, even if resourceRules says so.
  matchPolicy: Exact, or Equivalent for other versions of the object too. Default Equivalent.
  namespaceSelector: Only objects in namespaces with these labels.
  objectSelector: Only objects with these labels.
admissionregistration.v1.ValidatingAdmissionPolicy: Rules for requests, as expressions.
admissionregistration.v1.ValidatingAdmissionPolicySpec: The rules.
  paramKind: The kind of the objects with parameters. Unset: there are none.
  matchConstraints: Requests that it is about.
  matchConditions: Expressions that must all be true for it to apply.
  validations: Expressions that must be true for a request to be let through.
  variables: Expressions with names, that others can use.
  auditAnnotations: What to write into the audit log.
  failurePolicy: What happens if an expression cannot be evaluated: Ignore or Fail. Default Fail.
admissionregistration.v1.ParamKind: A kind of objects with parameters.
  apiVersion: Its group and version.
  kind: Its name.
admissionregistration.v1.Validation: An expression that must be true.
  expression: In CEL.
  message: What to say if it is not.
  messageExpression: The same as an expression, that counts more.
  reason: The reason of the answer: Unauthorized, Forbidden, Invalid or RequestEntityTooLarge. Default Invalid.
admissionregistration.v1.Variable: An expression with a name.
  name: Its name; used as variables.<name>.
  expression: In CEL.
admissionregistration.v1.AuditAnnotation: Something for the audit log.
  key: Its key.
  valueExpression: Its value, in CEL; null leaves it out.
admissionregistration.v1.ValidatingAdmissionPolicyStatus: How the policy is.
  observedGeneration: The generation that this speaks of.
  typeChecking: What was noticed about its expressions.
  conditions: Facts about it.
admissionregistration.v1.TypeChecking: What was noticed about expressions.
  expressionWarnings: The warnings.
admissionregistration.v1.ExpressionWarning: What was noticed about an expression.
  fieldRef: Where it is.
  warning: What was noticed.
admissionregistration.v1.ValidatingAdmissionPolicyBinding: Puts a policy in force.
admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec: Which policy, where and how.
  policyName: The policy.
  paramRef: The objects with parameters.
  matchResources: Requests that it is about, among those of the policy.
  validationActions: What happens when a rule is broken: Deny, Warn, Audit.
admissionregistration.v1.ParamRef: Objects with parameters. Exactly one of name and selector is set.
  name: One, by name.
  namespace: Their namespace. Unset: that of the request.
  selector: Some, by labels.
  parameterNotFoundAction: What happens if there are none: Allow or Deny.

io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition: Adds a kind to the API.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec: The kind.
  group: Its API group. The definition is called <plural>.<group>.
  names: Its names.
  scope: Cluster or Namespaced.
  versions: Its versions.
  conversion: How objects get from one version to another.
  preserveUnknownFields: Must be false.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames: The names of a kind.
  plural: In the plural, as in paths. Lower case.
  singular: In the singular. Default: the kind in lower case.
  kind: The kind, in CamelCase.
  listKind: The kind of lists. Default: <kind>List.
  shortNames: Short names for command lines.
  categories: Groups that it belongs to, for instance all.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion: A version of a kind.
  name: Its name: v1, v1beta1.
  served: Whether it is served.
  storage: Whether objects are stored in it. Exactly one is.
  schema: What objects look like.
  subresources: Its subresources.
  additionalPrinterColumns: Columns of tables. Default: the age.
  selectableFields: Fields that field selectors can use. At most 8.
  deprecated: Clients that use it are warned.
  deprecationWarning: The text of the warning.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation: What objects look like.
  openAPIV3Schema: As an OpenAPI v3 schema.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources: Subresources of a kind.
  status: Gives it /status.
  scale: Gives it /scale.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus: There is a /status. Nothing to say of it.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale: How /scale finds its numbers.
  specReplicasPath: The path of the number wanted, below .spec.
  statusReplicasPath: The path of the number there is, below .status.
  labelSelectorPath: The path of a selector as text, below .status or .spec.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition: A column of tables.
  name: Its heading.
  type: integer, number, string, boolean or date.
  format: The format of the value.
  description: What it shows.
  priority: 0 to be shown always, more to be shown in wide tables only.
  jsonPath: The path of the value.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.SelectableField: A field for field selectors.
  jsonPath: Its path.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion: How objects get from one version to another.
  strategy: None (only apiVersion changes) or Webhook.
  webhook: The webhook.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion: A webhook that converts.
  clientConfig: How to reach it.
  conversionReviewVersions: The versions of ConversionReview that it understands, best first.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus: Where the definition stands.
  conditions: Established, NamesAccepted, Terminating and others.
  acceptedNames: The names in use.
  storedVersions: Versions in which objects may still be stored.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition: A fact about a definition.
  type: Established, NamesAccepted, NonStructuralSchema, Terminating and others.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ValidationRule: A rule for a value.
  rule: An expression in CEL that must be true; the value is called self, the one before oldSelf.
  message: What to say if it is not.
  messageExpression: The same as an expression, that counts more.
  reason: The reason of the error: FieldValueInvalid and others.
  fieldPath: The field that the error names, relative.
  optionalOldSelf: Applies also when there is no value before; oldSelf is then optional.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ExternalDocumentation: Documentation elsewhere.
  description: What it is.
  url: Where it is.
io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps: A JSON schema, as OpenAPI v3 has it.
  type: object, array, string, integer, number or boolean.
  format: What a text or number means: date-time, int32, byte and others.
  title: A heading.
  description: What it is.
  default: The value if there is none.
  example: An example.
  enum: The values that are allowed.
  nullable: Whether null is allowed.
  properties: The fields of an object.
  additionalProperties: What other fields of an object look like.
  required: The fields that must be there.
  minProperties, maxProperties: How many fields an object has at least, and at most.
  items: What the elements of an array look like.
  minItems, maxItems: How many elements an array has at least, and at most.
  uniqueItems: Must not be true.
  minLength, maxLength: How long a text is at least, and at most.
  pattern: A regular expression that a text matches.
  minimum, maximum: The least value, and the most.
  exclusiveMinimum, exclusiveMaximum: Whether the least value, or the most, is not allowed itself.
  multipleOf: What the value is a multiple of.
  allOf, anyOf, oneOf, not: Further schemas of which all, some, exactly one or none must fit.
  externalDocs: Documentation elsewhere.
  x-kubernetes-preserve-unknown-fields: Fields that the schema does not know are kept.
  x-kubernetes-embedded-resource: The value is a whole object, with apiVersion, kind and metadata.
  x-kubernetes-int-or-string: The value is a number or a text.
  x-kubernetes-list-type: How apply sees an array: atomic, set or map.
  x-kubernetes-list-map-keys: The fields that tell the elements of a map apart.
  x-kubernetes-map-type: How apply sees an object: granular or atomic.
  x-kubernetes-validations: Rules in CEL.
  id, $ref, $schema, patternProperties, dependencies, additionalItems, definitions: Not allowed here.

admissionregistration.v1beta1.MutatingAdmissionPolicy: Changes to requests, as expressions.
admissionregistration.v1beta1.MutatingAdmissionPolicySpec: The changes.
  paramKind: The kind of the objects with parameters. Unset: there are none.
  matchConstraints: Requests that it is about.
  variables: Expressions with names, that others can use.
  mutations: What is changed, in this order.
  failurePolicy: What happens if an expression cannot be evaluated: Ignore or Fail. Default Fail.
  matchConditions: Expressions that must all be true for it to apply.
  reinvocationPolicy: Whether it is asked again when later ones changed the object: Never or IfNeeded.
admissionregistration.v1beta1.Mutation: A change. The one named by patchType is set.
  patchType: ApplyConfiguration or JSONPatch.
  applyConfiguration: For ApplyConfiguration.
  jsonPatch: For JSONPatch.
admissionregistration.v1beta1.ApplyConfiguration, admissionregistration.v1beta1.JSONPatch: A change as an expression.
  expression: In CEL; an object with the fields to apply, or a list of JSONPatch values.
admissionregistration.v1beta1.MutatingAdmissionPolicyBinding: Puts a policy in force.
admissionregistration.v1beta1.MutatingAdmissionPolicyBindingSpec: Which policy, where and how.
  policyName: The policy.
  paramRef: The objects with its parameters.
  matchResources: Requests that it is about, besides what the policy says.

io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService: A group and version, and the server that serves it.
io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec: What is served by whom.
  service: The Service of the server. Unset: this server.
  group: The API group.
  version: The version.
  insecureSkipTLSVerify: Does not check the server's certificate. Not to be used.
  caBundle: Certificates, in PEM, in base64, that the server's is checked with.
  groupPriorityMinimum: How early the group is listed; the highest first.
  versionPriority: How early the version is listed within the group; the highest first.
io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus: How the server is.
  conditions: Available, with the reason.
io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition: A fact about an APIService.
`
