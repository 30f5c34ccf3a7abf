import { decodePack, mostInPack, packAddress, packedMime } from '#shared/contract/thumbnail-pack'

/**
 * Fetches small pictures by one request for each hundred; those that are not kept ready are not in the answer.
 * Rejects when nothing is answered, or something that is no pack.
 * @param request fetches an address of the app, with what proves that we may
 */
export async function fetchThumbnails(
  request: (address: string) => Promise<Response>,
  assetIds: readonly string[],
  width: number,
): Promise<ReadonlyMap<string, Blob>> {
  const found = new Map<string, Blob>()
  const groups = Array.from({ length: Math.ceil(assetIds.length / mostInPack) }, (_unused, n) =>
    assetIds.slice(n * mostInPack, (n + 1) * mostInPack),
  )
  const fetchGroup = async (group: readonly string[]): Promise<void> => {
    const reply = await request(packAddress(group, width))
    const bytes = reply.ok ? await reply.arrayBuffer() : undefined
    const places = bytes && decodePack(bytes, group.length)
    if (!bytes || !places) throw new Error(`The thumbnails did not come: ${reply.status}`)
    // Parts of one: the browser is handed one piece of memory, not one for each.
    const whole = new Blob([bytes])
    group.forEach((assetId, n) => {
      const place = places[n]
      if (place) found.set(assetId, whole.slice(place.from, place.to, packedMime))
    })
  }
  await Promise.all(groups.map(fetchGroup))
  return found
}
