import type { TreeNode } from './version-tree'

/** A version's place in the tree: how far from the original, and its line. */
export interface TreePlace<T extends TreeNode> {
  readonly node: T
  readonly depth: number
  /** From 0 at the top; a first child stands on its parent's line. */
  readonly row: number
  /** Place of the version it was made from; undefined for a root. */
  readonly parent: { depth: number; row: number; assetId: string } | undefined
}

/**
 * Lays the version tree out in columns by depth: what was made from a version begins on its line and goes on to the right, every further
 * branch takes a line of its own below. Versions of unknown origin and rings (a damaged library) are roots: none is lost.
 */
export function treeLayout<T extends TreeNode>(versions: readonly T[]): TreePlace<T>[] {
  const byId = new Map(versions.map((version) => [version.assetId, version]))
  const children = new Map<string, T[]>()
  const roots: T[] = []
  for (const version of byId.values()) {
    const from = version.fromAssetId
    if (from === undefined || !byId.has(from) || from === version.assetId) roots.push(version)
    else {
      const list = children.get(from)
      if (list) list.push(version)
      else children.set(from, [version])
    }
  }
  const places: TreePlace<T>[] = []
  const seen = new Set<string>()
  let row = -1
  const visit = (start: T): void => {
    // By hand, not by recursion: a chain can be thousands long. The first child goes on on the same line.
    const stack: { node: T; depth: number; parent: TreePlace<T>['parent']; first: boolean }[] = [
      { node: start, depth: 0, parent: undefined, first: false },
    ]
    for (let next = stack.pop(); next; next = stack.pop()) {
      const { node, depth, parent, first } = next
      if (seen.has(node.assetId)) continue
      seen.add(node.assetId)
      if (!first) row += 1
      const place: TreePlace<T> = { node, depth, row, parent }
      places.push(place)
      const own = (children.get(node.assetId) ?? []).map((child, n) => ({
        node: child,
        depth: depth + 1,
        parent: { depth, row: place.row, assetId: node.assetId },
        first: n === 0,
      }))
      stack.push(...own.toReversed())
    }
  }
  roots.forEach(visit)
  for (const version of byId.values()) if (!seen.has(version.assetId)) visit(version)
  return places
}
