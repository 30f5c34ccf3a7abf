import { mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openApp } from '../core/harness'

it('diagnostics say what is needed and nothing that is private', async () => {
  const { app, dataDir } = await openApp()
  await app.call('settings.set', { modelEndpoint: 'https://mirror.secret-studio.example', maxInFlight: 7 })
  await app.call('engines.add', {
    address: 'http://gpu.secret-studio.example:8188',
    headers: { authorization: 'Bearer very-secret-1' },
  })
  await mkdir(join(dataDir, 'logs'), { recursive: true })
  const line = (msg: string): string => JSON.stringify({ level: 30, msg })
  await writeFile(join(dataDir, 'logs', 'recast.1.log'), `${line('old')}\n`)
  await writeFile(
    join(dataDir, 'logs', 'recast.2.log'),
    [
      `asked http://gpu.secret-studio.example:8188 with Bearer very-secret-1`,
      `read ${homedir()}/private/photo.png`,
      `in ${dataDir}/blobs`,
    ]
      .map(line)
      .join('\n'),
  )
  const { text } = await app.call('app.diagnostics', {})
  for (const wanted of ['Recast 0.0.0', 'SQLite 3.', 'tint', '"maxInFlight":7', '<data>/blobs', '~/private', '<server>', '"old"'])
    expect(text).toContain(wanted)
  for (const secret of ['secret-studio', 'very-secret', homedir(), dataDir]) expect(text).not.toContain(secret)
})

it('diagnostics come without a log too', async () => {
  const { app } = await openApp()
  expect((await app.call('app.diagnostics', {})).text).toContain('Last log lines')
})
