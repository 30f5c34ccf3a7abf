import type { AppClient } from '#shared/contract/client'
import { readPicture } from './export-run'

/**
 * Puts a picture into the clipboard, as PNG with its sRGB profile: what every program pastes. The bytes are promised, not awaited first:
 * a browser takes them only while the user's press is fresh.
 */
export async function copyPicture(client: AppClient, assetId: string): Promise<void> {
  const png = readPicture(
    client,
    { assetId, name: 'picture' },
    { format: 'png', quality: 90, size: 'result', profile: 'srgb', metadata: 'none' },
  )
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })])
}
