import { describe, expect, it } from 'vitest'
import type { Style } from '#shared/domain/style'
import { groupStyles, tileAfterKey } from './style-groups'

const style = (id: string, en: string, zh: string, group: Style['group'], wording = ''): Style => ({
  id,
  title: { en, zh },
  wording,
  group,
  draft: { en: '', zh: '' },
})
const styles = [
  style('net-1', 'Wave', '海浪', 'network'),
  style('oil_painting', 'Oil painting', '油画', 'preset', 'artistic, classical'),
  style('clay', 'Clay', '粘土', 'preset'),
  style('cafe', 'Café', '咖啡馆', 'preset'),
  style('net-2', 'Candy', '糖果', 'network'),
]
const found = (search: string): string[] => groupStyles(styles, search).flatMap((group) => group.styles.map(({ id }) => id))

describe('groupStyles', () => {
  it('puts presets first and keeps the order within', () => {
    expect(groupStyles(styles, '').map(({ id, styles: each }) => [id, each.map(({ id: one }) => one)])).toEqual([
      ['preset', ['oil_painting', 'clay', 'cafe']],
      ['network', ['net-1', 'net-2']],
    ])
  })

  it.each([
    ['OIL', ['oil_painting']],
    ['oil-painting', ['oil_painting']],
    ['painting oil', ['oil_painting']],
    ['油', ['oil_painting']],
    ['classical', ['oil_painting']],
    ['cafe', ['cafe']],
    ['ca', ['oil_painting', 'cafe', 'net-2']],
    ['  ', ['oil_painting', 'clay', 'cafe', 'net-1', 'net-2']],
    ['nothing', []],
  ])('"%s" finds %j', (search, ids) => {
    expect(found(search)).toEqual(ids)
  })
})

describe('tileAfterKey', () => {
  // oil clay / cafe // net-1 net-2
  const groups = groupStyles(styles, '')
  it.each([
    ['oil_painting', 'ArrowRight', 'clay'],
    ['clay', 'ArrowRight', 'cafe'],
    ['clay', 'ArrowDown', 'cafe'],
    ['cafe', 'ArrowDown', 'net-1'],
    ['net-2', 'ArrowUp', 'cafe'],
    ['net-2', 'ArrowRight', 'net-2'],
    ['oil_painting', 'ArrowUp', 'oil_painting'],
    ['clay', 'Home', 'oil_painting'],
    ['clay', 'End', 'net-2'],
    ['gone', 'ArrowDown', 'oil_painting'],
    ['clay', 'x', undefined],
  ])('from %s by %s to %s', (from, key, to) => {
    expect(tileAfterKey(groups, 2, from, key)).toBe(to)
  })

  it('has nowhere to go without tiles', () => {
    expect(tileAfterKey([], 2, 'clay', 'ArrowDown')).toBeUndefined()
  })
})
