/** What this is, in one place: our own version, and the Kubernetes that it behaves as. A test compares it with package.json. */
export const version = '0.1.0'
export const kubernetesVersion = 'v1.34.6'
