import type { Style } from '../domain/style'

/**
 * The 26 styles of the draft network, which have no names of their own: named by what they look like.
 * Style `network-01` is the network's style 0.
 */
const names: readonly (readonly [en: string, zh: string])[] = [
  ['Golden haze', '金色薄雾'],
  ['Yellow and ink', '黄与墨'],
  ['Cream and charcoal', '奶油与炭'],
  ['Stained glass', '彩绘玻璃'],
  ['Burgundy and sun', '酒红与日光'],
  ['Autumn garden', '秋日花园'],
  ['Midnight beads', '午夜珠粒'],
  ['Primary blocks', '三原色块'],
  ['Bright crayons', '明亮蜡笔'],
  ['Woven leaves', '编织叶纹'],
  ['Copper brush', '铜色笔触'],
  ['Sepia pen', '棕褐钢笔'],
  ['Lilac morning', '丁香清晨'],
  ['Peacock weave', '孔雀织纹'],
  ['Pale teal', '淡青粉彩'],
  ['Cracked porcelain', '开片瓷'],
  ['Blue orange chalk', '蓝橙粉笔'],
  ['Basket weave', '竹篮编格'],
  ['Bamboo relief', '竹黄浮雕'],
  ['Starry swirls', '星夜漩涡'],
  ['Red embers', '红烬'],
  ['Paper cut-outs', '撞色剪影'],
  ['Cubist olive', '橄榄立体派'],
  ['Foggy dusk', '雾暮'],
  ['Blue woodblock', '蓝调木刻'],
  ['Marbled stone', '斑驳石纹'],
]

/** The network's own styles as the studio shows them. */
export const networkStyles: readonly Style[] = names.map(([en, zh], index) => ({
  id: `network-${String(index + 1).padStart(2, '0')}`,
  title: { en, zh },
  wording: `${en} painting style`,
  group: 'network',
  draft: {
    en: `Draft: painted whole by a small network, its style ${index + 1} of ${names.length}`,
    zh: `草稿：由小型网络整体绘制，第 ${index + 1} 种风格，共 ${names.length} 种`,
  },
}))
