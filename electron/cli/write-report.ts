import { writeFile } from 'node:fs/promises'
import type { InstanceClient } from '#core/instance/clients'
import { toAppError } from '#shared/domain/error'

/**
 * Writes the app's diagnostics, the text that the studio copies, readable by this user only. Rejects with `io.*` when the file cannot be
 * written; a file that is there is replaced.
 */
export async function writeReport(path: string, client: Pick<InstanceClient, 'call'>): Promise<void> {
  const { text } = await client.call('app.diagnostics', {})
  await writeFile(path, text, { mode: 0o600 }).catch((thrown: unknown) => {
    throw toAppError(thrown)
  })
}
