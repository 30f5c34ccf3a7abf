/** What the tree needs to know of a version. */
export interface TreeNode {
  readonly assetId: string
  readonly fromAssetId?: string | undefined
}

/** A version in the strip's order. */
export interface Placed<T extends TreeNode> {
  readonly node: T
  /** The version it was made from; undefined for the original. */
  readonly from: T | undefined
  /** `none` for the first, `next` when it was made from the one to its left, `branch` when from one further left. */
  readonly link: 'none' | 'next' | 'branch'
}

/**
 * The version tree in one row, read from left to right: each version, then what was made from it, siblings in the order given.
 * So an arrow between neighbours is true where it stands, and a branch says what it comes from. Versions whose origin
 * is unknown, or that form a ring (a damaged library), follow at the end: none is lost.
 */
export function treeOrder<T extends TreeNode>(versions: readonly T[]): Placed<T>[] {
  const byId = new Map(versions.map((version) => [version.assetId, version]))
  const children = new Map<string, T[]>()
  const roots: T[] = []
  for (const version of byId.values()) {
    const from = version.fromAssetId
    if (from === undefined || !byId.has(from) || from === version.assetId) roots.push(version)
    else children.set(from, [...(children.get(from) ?? []), version])
  }
  const placed: Placed<T>[] = []
  const seen = new Set<string>()
  const visit = (start: T): void => {
    // By hand, not by recursion: a chain can be thousands long.
    const stack: T[] = [start]
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (seen.has(node.assetId)) continue
      seen.add(node.assetId)
      const from = node.fromAssetId !== undefined && node.fromAssetId !== node.assetId ? byId.get(node.fromAssetId) : undefined
      const left = placed.at(-1)?.node
      placed.push({ node, from, link: left === undefined ? 'none' : from !== undefined && from === left ? 'next' : 'branch' })
      stack.push(...(children.get(node.assetId) ?? []).toReversed())
    }
  }
  roots.forEach(visit)
  for (const version of byId.values()) if (!seen.has(version.assetId)) visit(version)
  return placed
}
