import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { treeLayout } from './tree-layout'
import type { TreeNode } from './version-tree'

const node = (assetId: string, fromAssetId?: string): TreeNode =>
  fromAssetId === undefined ? { assetId } : { assetId, fromAssetId }
const places = (nodes: TreeNode[]): string =>
  treeLayout(nodes)
    .map(({ node: { assetId }, depth, row }) => `${assetId}${depth}/${row}`)
    .join(' ')

describe('treeLayout', () => {
  it.each([
    ['nothing', [], ''],
    ['a chain stays on its line', [node('o'), node('a', 'o'), node('b', 'a')], 'o0/0 a1/0 b2/0'],
    ['branches go below', [node('o'), node('p', 'o'), node('q', 'o'), node('r', 'q')], 'o0/0 p1/0 q1/1 r2/1'],
    [
      'a deep branch first',
      [node('o'), node('a', 'o'), node('c', 'o'), node('b', 'a'), node('d', 'a')],
      'o0/0 a1/0 b2/0 d2/1 c1/2',
    ],
    ['a ring, as a damaged library may have', [node('o'), node('a', 'b'), node('b', 'a')], 'o0/0 a0/1 b1/1'],
  ])('%s', (_name, nodes, expected) => expect(places(nodes)).toBe(expected))

  it('loses and doubles nothing, no two share a place, and children stand right of their parents', () => {
    const tree = fc.array(fc.tuple(fc.nat(30), fc.nat(30))).map((pairs) => pairs.map(([id, from]) => node(`n${id}`, `n${from}`)))
    fc.assert(
      fc.property(tree, (nodes) => {
        const placed = treeLayout(nodes)
        expect(placed.map((place) => place.node.assetId).sort()).toEqual([...new Set(nodes.map(({ assetId }) => assetId))].sort())
        expect(new Set(placed.map(({ depth, row }) => `${depth}/${row}`)).size).toBe(placed.length)
        expect(placed.filter(({ depth, row, parent }) => parent && (parent.depth !== depth - 1 || parent.row > row))).toEqual([])
      }),
    )
  })

  it('takes a chain of 20,000', () => {
    const chain = Array.from({ length: 20_000 }, (_unused, n) => (n === 0 ? node('0') : node(String(n), String(n - 1))))
    expect(treeLayout(chain).at(-1)).toMatchObject({ depth: 19_999, row: 0 })
  })
})
