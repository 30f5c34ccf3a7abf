import type { Hardware, RuntimeReport, RuntimeView } from '#shared/domain/runtime'

const gigabytes = (mb: number): string => `${(mb / 1024).toFixed(1)} GiB`

/** The machine in lines for a report. */
export function hardwareLines({
  platform,
  arch,
  wsl,
  cards,
  memoryMb,
  freeMemoryMb,
  freeDiskMb,
  pageFileMb,
  longPaths,
}: Hardware): string[] {
  const machine = [
    `${platform} ${arch}${wsl ? ' in WSL' : ''}`,
    `memory ${gigabytes(freeMemoryMb)} free of ${gigabytes(memoryMb)}`,
    ...(pageFileMb === undefined ? [] : [`page file ${gigabytes(pageFileMb)}`]),
    ...(freeDiskMb === undefined ? [] : [`disk ${gigabytes(freeDiskMb)} free`]),
    ...(longPaths === undefined ? [] : [`long paths ${longPaths ? 'work' : 'do not work'}`]),
  ]
  return [
    machine.join(', '),
    ...cards.map(({ maker, name, driver, computeCapability, memoryMb: size, freeMemoryMb: free }) =>
      [
        `- ${maker} ${name}`,
        ...(size === undefined ? [] : [free === undefined ? gigabytes(size) : `${gigabytes(free)} free of ${gigabytes(size)}`]),
        ...(driver === undefined ? [] : [`driver ${driver}`]),
        ...(computeCapability === undefined ? [] : [`compute capability ${computeCapability}`]),
      ].join(', '),
    ),
  ]
}

/** The managed ComfyUI in lines for a report. */
export function runtimeLines({ checks, runtime, locks }: RuntimeReport): string[] {
  const { state, current, snapshots, restarts, error } = runtime
  return [
    `${state}${restarts > 0 ? `, restarted ${restarts} times` : ''}`,
    ...(current ? [`current: ${installationLine(current)}`] : []),
    ...snapshots.map((snapshot) => `earlier: ${installationLine(snapshot)}`),
    ...checks.map(({ name, ok, note }) => `${ok ? '✓' : '✗'} ${name}: ${note}`),
    ...locks.filter(({ locked }) => !locked).map(({ file }) => `not locked in this build: ${file}`),
    ...(error ? [`error ${error.code}: ${error.message}`] : []),
  ]
}

function installationLine({
  id,
  version,
  device,
  lock,
  torch,
  python,
  nodes,
  adopted,
  installedAt,
}: NonNullable<RuntimeView['current']>): string {
  return [
    `ComfyUI ${version}`,
    device,
    adopted ? "the user's own folder" : id,
    ...(torch === undefined ? [] : [`torch ${torch}`]),
    ...(python === undefined ? [] : [`Python ${python}`]),
    ...(lock === undefined ? [] : [`lock ${lock}`]),
    ...(nodes.length === 0 ? [] : [`nodes ${nodes.join(' ')}`]),
    installedAt,
  ].join(', ')
}
