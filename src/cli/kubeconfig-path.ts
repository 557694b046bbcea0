/**
 * Which kubeconfig file to write: the one asked for, else the first of $KUBECONFIG's list (as kind does, the first that exists,
 * or the last), else ~/.kube/config.
 */
import type { ProcessDoor } from '../std/process.ts'
import { absolute } from './places.ts'

export function kubeconfigPath(asked: string | undefined, process: ProcessDoor): string {
  if (asked !== undefined) return absolute(asked, process)
  const listed = (process.environment.KUBECONFIG ?? '').split(':').filter((path) => path !== '')
  return listed[0] === undefined ? `${process.homeDirectory}/.kube/config` : absolute(listed[0], process)
}
