/** /version: as which Kubernetes this server behaves. kubectl and Helm compare major and minor. */
export function versionInfo(gitVersion: string) {
  return {
    major: '1',
    minor: '34',
    emulationMajor: '1',
    emulationMinor: '34',
    minCompatibilityMajor: '1',
    minCompatibilityMinor: '33',
    gitVersion,
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '2026-01-01T00:00:00Z',
    goVersion: 'none',
    compiler: 'v8',
    platform: 'linux/amd64',
  }
}
