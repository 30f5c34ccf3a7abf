import { randomBytes } from 'node:crypto'
import type { StyleEdit } from '#shared/domain/edit'
import { styleAmounts } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import { type OwnStyle, ownStyleLimits, ownStyleSchema, type Style, type StyleMarks } from '#shared/domain/style'
import { resolveStyle, styles as catalogue } from '#shared/styles/catalogue'
import { answersTo, plainStyleName } from '#shared/styles/plain-name'
import { draftLook } from '#shared/styles/draft-look'
import type { AssetStore } from '../assets/asset-store'
import type { OwnStyleRow } from '../database/tables/own-styles'
import type { Tables } from '../database/tables'
import type { EventSource } from '../event-hub'

/** Styles that "recent" shows. */
const recentLimit = 12
const idStart = 'own-'

/** The user's own presets over their table; whoever changes them, everybody hears of it. */
export interface OwnStyles {
  /** Own presets, newest first, then the catalogue. */
  all(): Style[]
  marks(): StyleMarks
  /** An own preset by its id (also a removed one) or its name. */
  find(written: string): Style | undefined
  /** Throws `input.conflict` for a name that is taken, `input.not_found`, `input.unknown_style`. */
  save(style: OwnStyle, id?: string): Style
  remove(ids: readonly string[]): string[]
  restore(ids: readonly string[]): Style[]
  favour(id: string, favourite: boolean): StyleMarks
  /** Remembers styles as used last; called with every submission. */
  used(ids: readonly string[]): void
  /** A style edit with ids of its own, and what an own preset says filled in. Throws `input.unknown_style`. */
  complete(edit: StyleEdit): StyleEdit
  /** The style of the catalogue that a small draft of a style shows. Throws `input.unknown_style`. */
  draftLookOf(written: string): string
}

function viewOf(row: OwnStyleRow): Style {
  const own = ownStyleSchema.parse(JSON.parse(row.content))
  const look = resolveStyle(draftLook(own))
  const byPicture = own.styleAssetId !== undefined
  return {
    id: row.id,
    title: { en: own.name, zh: own.name },
    wording: own.wording,
    group: 'own',
    draft: byPicture
      ? { en: 'Draft: in the style of its picture', zh: '草稿：采用其图片的风格' }
      : { en: `Draft: shown as ${look.title.en}`, zh: `草稿：以“${look.title.zh}”呈现` },
    own,
    createdAt: row.createdAt,
  }
}

/** Opens the presets over the tables. */
export function openOwnStyles({ tables, store, events }: { tables: Tables; store: AssetStore; events: EventSource }): OwnStyles {
  const table = tables.ownStyles
  const live = (): Style[] => table.live().map(viewOf)

  function marks(): StyleMarks {
    const known = new Set([...table.live().map(({ id }) => id), ...catalogue.map(({ id }) => id)])
    return {
      favourites: table.favourites().filter((id) => known.has(id)),
      recent: table
        .recent(recentLimit * 2)
        .filter((id) => known.has(id))
        .slice(0, recentLimit),
    }
  }

  function announceMarks(): StyleMarks {
    const now = marks()
    events.emit({ type: 'style.marks', marks: now })
    return now
  }

  function find(written: string): Style | undefined {
    const row = table.get(written.trim().toLowerCase())
    if (row) return viewOf(row)
    return live().find((style) => answersTo(style, written))
  }

  /** The style that was meant, own or of the catalogue. */
  function need(written: string): Style {
    const own = find(written)
    if (own) return own
    try {
      return resolveStyle(written)
    } catch (thrown) {
      const mine = live().map((style) => style.title.en)
      if (!(thrown instanceof AppError) || mine.length === 0) throw thrown
      throw new AppError(
        'input.unknown_style',
        `${thrown.message} Presets of your own: ${mine.slice(0, 20).join(', ')}${mine.length > 20 ? '…' : ''}.`,
        { detail: thrown.detail ?? {} },
      )
    }
  }

  function check(style: OwnStyle, id: string | undefined): void {
    const name = plainStyleName(style.name)
    const taken =
      live().some((other) => other.id !== id && plainStyleName(other.title.en) === name) ||
      catalogue.some((other) => [other.id, other.title.en, other.title.zh].some((title) => plainStyleName(title) === name))
    if (taken) {
      throw new AppError('input.conflict', `There is a style called “${style.name}” already. Give this preset another name.`, {
        detail: { field: 'name', name: style.name },
      })
    }
    for (const [field, assetId] of [
      ['sampleAssetId', style.sampleAssetId],
      ['styleAssetId', style.styleAssetId],
    ] as const) {
      if (assetId === undefined || store.assets.get(assetId)) continue
      throw new AppError('input.not_found', 'The picture of the preset is not in Recast. Choose it again.', {
        detail: { field, assetId },
      })
    }
    if (style.draftStyleId !== undefined) resolveStyle(style.draftStyleId)
  }

  return {
    all: () => [...live(), ...catalogue],
    marks,
    find,
    save(style, id) {
      const known = id === undefined ? undefined : table.get(id)
      if (id !== undefined && !known) {
        throw new AppError('input.not_found', 'There is no such preset of your own. Reload the studio and choose again.', {
          detail: { styleId: id.slice(0, 64) },
        })
      }
      check(style, id)
      if (!known && table.live().length >= ownStyleLimits.styles) {
        throw new AppError(
          'input.invalid',
          `There are ${ownStyleLimits.styles} presets of your own, which is the most. Delete some first.`,
          {
            detail: { limit: ownStyleLimits.styles },
          },
        )
      }
      const row: OwnStyleRow = {
        id: known?.id ?? idStart + randomBytes(5).toString('hex'),
        content: JSON.stringify(style),
        sampleAssetId: style.sampleAssetId ?? null,
        styleAssetId: style.styleAssetId ?? null,
        createdAt: known?.createdAt ?? Date.now(),
        removedAt: null,
      }
      if (!known) table.insert(row)
      else {
        table.change(row)
        // Saved in one window after it was deleted in another: whoever writes it wants it.
        if (known.removedAt !== null) table.setRemoved(row.id, null)
      }
      const saved = viewOf(row)
      events.emit({ type: 'style', style: saved })
      return saved
    },
    remove(ids) {
      const gone = ids.filter((id) => table.get(id)?.removedAt === null)
      for (const id of gone) {
        table.setRemoved(id, Date.now())
        events.emit({ type: 'style.removed', id })
      }
      if (gone.length > 0) announceMarks()
      return gone
    },
    restore(ids) {
      const back = ids.flatMap((id) => {
        const row = table.get(id)
        if (!row || row.removedAt === null) return []
        const style = viewOf(row)
        check(ownStyleSchema.parse(JSON.parse(row.content)), id)
        table.setRemoved(id, null)
        events.emit({ type: 'style', style })
        return [style]
      })
      if (back.length > 0) announceMarks()
      return back
    },
    favour(id, favourite) {
      table.favour(need(id).id, favourite)
      return announceMarks()
    },
    used(ids) {
      const wanted = [...new Set(ids)]
      if (wanted.length === 0 || (wanted.length === 1 && table.recent(1)[0] === wanted[0])) return
      for (const id of wanted) table.use(id)
      announceMarks()
    },
    complete(edit) {
      const { preset: given, ...rest } = edit
      const style = rest.styleId === undefined ? undefined : need(rest.styleId)
      const own = style?.own
      if (!style || !own) return { ...rest, ...(style ? { styleId: style.id } : {}), ...styleAmounts(edit) }
      const styleAssetId = edit.styleAssetId ?? own.styleAssetId
      return {
        ...rest,
        styleId: style.id,
        ...(styleAssetId === undefined ? {} : { styleAssetId }),
        ...styleAmounts({
          kind: 'style',
          strength: edit.strength ?? own.values.strength,
          structure: edit.structure ?? own.values.structure,
          keepColours: edit.keepColours ?? own.values.keepColours,
        }),
        // A result that is made again brings along what its preset said then.
        preset: given ?? {
          title: own.name,
          wording: own.wording,
          wordings: own.wordings,
          draftStyleId: draftLook(own),
          sampling: own.sampling,
        },
      }
    },
    draftLookOf(written) {
      const style = need(written)
      return style.own ? draftLook(style.own) : style.id
    },
  }
}
