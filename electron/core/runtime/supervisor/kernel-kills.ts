import { readFile } from 'node:fs/promises'

/** A count of processes that the kernel ended for want of memory, and whose count it is. */
export interface KernelKills {
  /** The file that says it: counts of different files are not to be compared. */
  source: string
  count: number
}

/**
 * Files that may hold the count, most telling first: that of our own control group (servers are born into it), which rises also where the
 * group's limit was reached and not the machine's, as in a container; then the whole machine's, which rises for other programs, too.
 * `cgroup` is the text of /proc/self/cgroup. The second file of each kind is for a container that sees its own group as the root.
 * Sources: the kernel's admin-guide/cgroup-v2 (memory.events), cgroup-v1/memory (memory.oom_control), proc(5) (vmstat). Pure.
 */
export function kernelKillFiles(cgroup: string): string[] {
  const files: string[] = []
  for (const line of cgroup.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (path === undefined) continue
    const folder = path === '/' ? '' : path
    if (controllers === '')
      files.push(...['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].map((root) => `${root}${folder}/memory.events`))
    else if (controllers?.split(',').includes('memory')) {
      files.push(...[...new Set([folder, ''])].map((at) => `/sys/fs/cgroup/memory${at}/memory.oom_control`))
    }
  }
  return [...files, '/proc/vmstat']
}

/** The count in one of these files; undefined where it has none, as the files of old kernels. Pure. */
export function readKillCount(text: string): number | undefined {
  const count = /^oom_kill (\d+)$/m.exec(text)?.[1]
  return count === undefined ? undefined : Number(count)
}

/** Whether the kernel ended processes between two looks; undefined where that cannot be told. Pure. */
export function kernelEndedSome(before: KernelKills | undefined, after: KernelKills | undefined): boolean | undefined {
  if (before === undefined || after === undefined || before.source !== after.source) return undefined
  return after.count > before.count
}

/** Looks at the count now; undefined where the system has none. Never rejects. */
export async function readKernelKills(): Promise<KernelKills | undefined> {
  const cgroup = await readFile('/proc/self/cgroup', 'utf8').catch(() => undefined)
  if (cgroup === undefined) return undefined
  for (const source of kernelKillFiles(cgroup)) {
    const count = readKillCount(await readFile(source, 'utf8').catch(() => ''))
    if (count !== undefined) return { source, count }
  }
  return undefined
}
