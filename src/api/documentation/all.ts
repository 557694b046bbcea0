/** What every built-in type and its fields mean. Only imported by what shows it: see apimachinery/schema/documentation.ts. */
import { parseDocumentation } from '../../apimachinery/schema/documentation.ts'
import { clusterDocumentation } from './cluster.ts'
import { coreDocumentation } from './core.ts'
import { deviceDocumentation } from './devices.ts'
import { extensionDocumentation } from './extensions.ts'
import { podDocumentation } from './pods.ts'
import { volumeDocumentation } from './volumes.ts'
import { workloadDocumentation } from './workloads.ts'

export const builtInDocumentation = parseDocumentation(
  podDocumentation,
  volumeDocumentation,
  coreDocumentation,
  workloadDocumentation,
  clusterDocumentation,
  deviceDocumentation,
  extensionDocumentation,
)
