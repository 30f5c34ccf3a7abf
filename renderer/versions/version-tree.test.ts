import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { treeOrder, type TreeNode } from './version-tree'

const node = (assetId: string, fromAssetId?: string): TreeNode =>
  fromAssetId === undefined ? { assetId } : { assetId, fromAssetId }
const row = (nodes: TreeNode[]): string =>
  treeOrder(nodes)
    .map(({ node: { assetId }, link }) => `${link === 'next' ? '→' : link === 'branch' ? '|' : ''}${assetId}`)
    .join(' ')

describe('treeOrder', () => {
  it.each([
    ['nothing', [], ''],
    ['the original alone', [node('o')], 'o'],
    ['a chain', [node('o'), node('a', 'o'), node('b', 'a')], 'o →a →b'],
    ['siblings, one worked on', [node('o'), node('p', 'o'), node('q', 'o'), node('r', 'q')], 'o →p |q →r'],
    [
      'a branch from the middle, made later',
      [node('o'), node('a', 'o'), node('b', 'a'), node('c', 'o'), node('d', 'a')],
      'o →a →b |d |c',
    ],
    ['newest first as well', [node('b', 'a'), node('a', 'o'), node('o')], 'o →a →b'],
    ['an unknown origin', [node('o'), node('a', 'gone')], 'o |a'],
    ['a ring, as a damaged library may have', [node('o'), node('a', 'b'), node('b', 'a')], 'o |a →b'],
    ['made from itself', [node('o', 'o')], 'o'],
  ])('%s', (_name, nodes, expected) => {
    expect(row(nodes)).toBe(expected)
  })

  it('loses and doubles nothing, and every arrow is true', () => {
    const tree = fc.array(fc.tuple(fc.nat(30), fc.nat(30))).map((pairs) => pairs.map(([id, from]) => node(`n${id}`, `n${from}`)))
    fc.assert(
      fc.property(tree, (nodes) => {
        const placed = treeOrder(nodes)
        expect(placed.map(({ node: { assetId } }) => assetId).sort()).toEqual(
          [...new Set(nodes.map(({ assetId }) => assetId))].sort(),
        )
        const arrows = placed.flatMap(({ node: at, link }, index) =>
          link === 'next' ? [[at.fromAssetId, placed[index - 1]?.node.assetId]] : [],
        )
        for (const [from, left] of arrows) expect(from).toBe(left)
      }),
    )
  })

  it('takes a chain of 20,000', () => {
    const chain = Array.from({ length: 20_000 }, (_unused, n) => (n === 0 ? node('0') : node(String(n), String(n - 1))))
    expect(treeOrder(chain)).toHaveLength(20_000)
  })
})
