// What macOS and Windows print (written after their documented formats: ps(1) of macOS 14, Get-CimInstance and Get-Process of PowerShell 5.1).
import { describe, expect, it } from 'vitest'
import { whileHeld } from '../../assets/durable-file'
import { endSteps } from './end-tree'
import { readProcStat } from './identity'
import { listCommand, readDescendants, readGroup, readMarked, readStartTime, startTimeCommand, startedOn } from './listings'

describe('who a process is', () => {
  it.each([
    ['darwin', 'Ss   Mon Nov 23 12:23:14 2026\n', 'Mon Nov 23 12:23:14 2026'],
    ['darwin', 'S+   Tue Dec  1 09:03:07 2026    \n', 'Tue Dec 1 09:03:07 2026'],
    // It has ended and waits for its parent: none of ours.
    ['darwin', 'Z    Mon Nov 23 12:23:14 2026\n', undefined],
    ['darwin', '', undefined],
    ['win32', '639001237942731842\r\n', '639001237942731842'],
    // Another user's: PowerShell prints the refusal elsewhere, and nothing here.
    ['win32', '\r\n', undefined],
    ['win32', 'Get-Process : Es wurde kein Prozess mit der Prozess-ID 5 gefunden.\r\n', undefined],
    ['win32', 'Windows PowerShell\r\n639001237942731842\r\n', undefined],
  ] as const)('%s says %j', (platform, printed, started) => {
    expect(readStartTime(printed, platform)).toBe(started)
  })

  it('is asked for in columns of their own, without anybody else’s profile', () => {
    expect(startTimeCommand(5, 'darwin')).toEqual({ program: 'ps', args: ['-p', '5', '-o', 'stat=', '-o', 'lstart='] })
    expect(startTimeCommand(5, 'win32').args).toEqual([
      '-NoProfile',
      '-NonInteractive',
      '-Command',
      '(Get-Process -Id 5).StartTime.ToUniversalTime().Ticks',
    ])
    // BSD's ps would take ",pgid=,stat=" for the title of the first column, and print that alone.
    for (const { args } of [listCommand('darwin'), startTimeCommand(5, 'darwin')])
      expect(args.filter((arg) => /=.*,|,.*=/.test(arg))).toEqual([])
  })

  it('is another after the machine was started anew, be its number and time the same', () => {
    const time = 'Mon Nov 23 12:23:14 2026'
    expect(startedOn('9B2B7D3C-6C5F', time)).not.toBe(startedOn('1F0A55E2-90AB', time))
    expect(startedOn('', '639001237942731842')).toBe('639001237942731842')
  })

  it('is read from Linux whatever its name holds', () => {
    const stat = `42 (a ) b (c) S 1 40 39 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 123456 0 0`
    expect(readProcStat(stat)).toEqual({ pid: 42, state: 'S', parent: 1, group: 40, session: 39, startedAt: '123456' })
    expect(readProcStat('')).toBeUndefined()
  })
})

describe('what is ended', () => {
  it('on macOS is the group, without who has ended already and who only looks alike', () => {
    const listed = `    1     1 Ss
  501   501 Ss
 7310  7310 Ss
 7311  7310 S
 7312  7310 Z
 7313  7313 S+
73100 73100 R+
  731  7311 ??
`
    expect(readGroup(listed, 7310)).toEqual([7310, 7311])
    expect(readGroup(listed, 731)).toEqual([])
    expect(readGroup('', 7310)).toEqual([])
    expect(endSteps(7310, 'darwin')).toEqual([
      { signal: 'SIGINT', toGroup: false },
      { signal: 'SIGTERM', toGroup: true },
      { signal: 'SIGKILL', toGroup: true },
    ])
  })

  it('on Windows is the tree by parents and start times, never who has a number from a parent of before', () => {
    const listed = [
      '0 0 ',
      '4 0 ',
      '900 4 639001000000000000',
      // Recast, its ComfyUI (77), what that started, and what those started.
      '50 900 639001200000000000',
      '77 50 639001300000000000',
      '78 77 639001300000000000',
      '79 78 639001400000000000',
      // A program whose parent had the number 77 long ago: explorer's child since.
      '610 77 639001100000000000',
      '611 610 639001500000000000',
      // Its parent is not there any more.
      '612 7777 639001500000000000',
      // Two that name each other, as recycled numbers can.
      '80 81 639001400000000000',
      '81 80 639001400000000000',
      '',
    ].join('\r\n')
    expect(readDescendants(listed, 77)).toEqual([78, 79])
    expect(readDescendants(listed, 80)).toEqual([81])
    expect(readDescendants(listed, 5)).toEqual([])
    expect(readDescendants('Get-CimInstance : Access denied\r\n', 77)).toEqual([])
    expect(endSteps(77, 'win32', [78, 79])).toEqual([
      { program: 'C:\\Windows\\System32\\taskkill.exe', args: ['/F', '/PID', '77', '/PID', '78', '/PID', '79'] },
    ])
  })

  it('after its leader’s end bears the mark as a whole word', () => {
    const marked = 'RECAST_PROCESS=0c2f'
    // macOS: `ps -E -o command=`; Linux: /proc/PID/environ.
    expect(readMarked('/usr/local/bin/ffmpeg -i in.mov TERM=xterm RECAST_PROCESS=0c2f HOME=/Users/a b\n', marked)).toBe(true)
    expect(readMarked('HOME=/home/a\0RECAST_PROCESS=0c2f\0LANG=C\0', marked)).toBe(true)
    expect(readMarked('HOME=/home/a\0RECAST_PROCESS=0c2f9\0NOT_RECAST_PROCESS=0c2f\0', marked)).toBe(false)
    expect(readMarked('', marked)).toBe(false)
  })
})

describe('a rename that is refused', () => {
  const refusing = (code: string, times: number) => {
    const tries = { made: 0 }
    const move = (): Promise<void> =>
      (tries.made += 1) <= times ? Promise.reject(Object.assign(new Error(code), { code })) : Promise.resolve()
    return { tries, move }
  }

  it.each(['EPERM', 'EACCES', 'EBUSY'])('with %s on Windows is tried again: a virus scanner has the file open', async (code) => {
    const { tries, move } = refusing(code, 2)
    await whileHeld(move, 'win32')
    expect(tries.made).toBe(3)
  })

  it('for another reason, or elsewhere, is said at once', async () => {
    for (const [code, platform] of [
      ['ENOSPC', 'win32'],
      ['EACCES', 'linux'],
    ] as const) {
      const { tries, move } = refusing(code, 2)
      await expect(whileHeld(move, platform)).rejects.toThrow(code)
      expect(tries.made).toBe(1)
    }
  })
})
