import type { Edit } from '#shared/domain/edit'
import type { JobRecord } from '../database/tables/jobs'

/** Keys of an edit that name pictures of this data folder: they mean nothing elsewhere. */
const ownKeys: ReadonlySet<string> = new Set(['assetId', 'assetIds', 'styleAssetId', 'from', 'pictureNode'])

function withoutAssets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAssets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (ownKeys.has(key) ? [] : [[key, withoutAssets(item as unknown)]])),
  )
}

/** Words of an edit for people who read a file's description. */
function describe(edit: Edit): string {
  if ('prompt' in edit && edit.prompt) return edit.prompt
  if (edit.kind === 'style') return edit.styleId ?? 'style of a picture'
  if (edit.kind === 'perspective') return edit.view.id
  return edit.kind
}

/** XML 1.0 has no way to say most control signs. */
// oxlint-disable-next-line no-control-regex -- control characters are what this removes
const unsayable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu

function xml(text: string): string {
  return text.replace(unsayable, '').replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** What made a result, for the file itself. The engine only by its kind: an address is nobody's business. */
export function recipeOf(job: JobRecord, version: string): Record<string, unknown> {
  const engine = job.engineId === undefined ? undefined : /^https?:/i.test(job.engineId) ? 'remote' : job.engineId
  return {
    recast: version,
    edit: withoutAssets(job.edit),
    seed: job.seed,
    ...(Object.keys(job.sampling).length > 0 ? { sampling: job.sampling } : {}),
    ...(engine === undefined ? {} : { engine }),
    ...(job.made ? { workflow: job.made.workflowId, values: job.made.values, choices: job.made.choices } : {}),
  }
}

/**
 * The XMP packet of a result: the tool, a description, that it was made with a trained algorithm (IPTC's digital source type), and the
 * recipe as JSON.
 */
export function recipeXmp(job: JobRecord, version: string): string {
  const source = job.inputAssetId === undefined ? 'trainedAlgorithmicMedia' : 'compositeWithTrainedAlgorithmicMedia'
  return [
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"',
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:recast="urn:recast:recipe:1">',
    `<xmp:CreatorTool>Recast ${xml(version)}</xmp:CreatorTool>`,
    `<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${xml(describe(job.edit))}</rdf:li></rdf:Alt></dc:description>`,
    `<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/${source}</Iptc4xmpExt:DigitalSourceType>`,
    `<recast:recipe>${xml(JSON.stringify(recipeOf(job, version)))}</recast:recipe>`,
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>',
  ].join('')
}
