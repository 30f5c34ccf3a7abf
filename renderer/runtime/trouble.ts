import type { ErrorView } from '#shared/domain/error'

/** What hinders the local runtime, as far as a designer can do something about it; each has words of its own. */
export type Trouble =
  | 'verdict'
  | 'lock'
  | 'mirror'
  | 'line'
  | 'refused'
  | 'missing'
  | 'wrong'
  | 'disk'
  | 'permission'
  | 'absent'
  | 'place'
  | 'busy'
  | 'memory'
  | 'check'
  | 'crash'
  | 'other'

const byCode: Partial<Record<ErrorView['code'], Trouble>> = {
  'engine.offline': 'line',
  'download.offline': 'line',
  'download.busy': 'line',
  'auth.denied': 'refused',
  'download.denied': 'refused',
  'download.gated': 'refused',
  'download.missing': 'missing',
  'download.changed': 'wrong',
  'download.corrupt': 'wrong',
  'download.unsafe': 'wrong',
  'input.damaged': 'wrong',
  'io.disk_full': 'disk',
  'io.permission': 'permission',
  'input.not_found': 'place',
  'input.conflict': 'busy',
  'engine.out_of_memory': 'memory',
}

/** Which of them an error is: by what its detail names, then by its code. Pure. */
export function troubleOf({ code, detail = {} }: ErrorView): Trouble {
  if (detail['mirror'] !== undefined) return 'mirror'
  if (code !== 'engine.start') return byCode[code] ?? 'other'
  if (detail['verdict'] !== undefined) return 'verdict'
  if (detail['unlocked'] !== undefined) return 'lock'
  if (detail['wrong'] !== undefined) return 'wrong'
  if (detail['lacking'] !== undefined) return 'missing'
  if (detail['absent'] !== undefined) return 'absent'
  if (detail['problems'] !== undefined) return 'check'
  if (detail['kind'] !== undefined) return 'crash'
  return 'other'
}
