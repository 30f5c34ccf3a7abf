import type { Hardware, RuntimeReport, RuntimeView, SelfTest } from '#shared/domain/runtime'

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
export function runtimeLines({ checks, runtime, locks, selfTest }: RuntimeReport): string[] {
  const { state, current, snapshots, restarts, error } = runtime
  return [
    `${state}${restarts > 0 ? `, restarted ${restarts} times` : ''}`,
    ...(current ? [`current: ${installationLine(current)}`] : []),
    ...snapshots.map((snapshot) => `earlier: ${installationLine(snapshot)}`),
    ...checks.map(({ name, ok, note }) => `${ok ? '✓' : '✗'} ${name}: ${note}`),
    ...locks.filter(({ locked }) => !locked).map(({ file }) => `not locked in this build: ${file}`),
    ...(error ? [`error ${error.code}: ${error.message}`] : []),
    ...(selfTest ? selfTestLines(selfTest) : current ? ['self-test: never made of this installation'] : []),
  ]
}

/** The last proof of the card: what was measured, what was found, and the programs' own words on it. */
function selfTestLines({
  at,
  ok,
  torch,
  cuda,
  cudaVersion,
  devices,
  picture,
  problems,
  notes,
  said,
  ...test
}: SelfTest): string[] {
  const times = (['computeMs', 'startMs', 'jobMs', 'secondJobMs'] as const).flatMap((name) => {
    const ms = test[name]
    return ms === undefined ? [] : [`${name} ${ms}`]
  })
  return [
    `${ok ? '✓' : '✗'} self-test of ${at}: torch ${torch ?? 'did not answer'}, CUDA ${cudaVersion ?? 'none in this build'} ${cuda ? 'works' : 'is not there'}, picture ${picture ?? 'not made'}`,
    ...devices.map(
      ({ name, capability, memoryMb }) => `- torch sees ${name}, compute capability ${capability}, ${gigabytes(memoryMb)}`,
    ),
    ...(times.length === 0 ? [] : [times.join(', ')]),
    ...problems.map(({ code, message }) => `✗ ${code}: ${message}`),
    ...notes,
    ...(said === undefined ? [] : ['It said:', ...said.split('\n')]),
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
  takenAt,
}: NonNullable<RuntimeView['current']>): string {
  return [
    `ComfyUI ${version}`,
    device,
    adopted ? "the user's own folder" : id,
    ...(torch === undefined ? [] : [`torch ${torch}`]),
    ...(python === undefined ? [] : [`Python ${python}`]),
    ...(lock === undefined ? [] : [`lock ${lock}`]),
    ...(nodes.length === 0 ? [] : [`nodes ${nodes.join(' ')}`]),
    takenAt === undefined ? installedAt : `copied by hand ${takenAt}`,
  ].join(', ')
}
