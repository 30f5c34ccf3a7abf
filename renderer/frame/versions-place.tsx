import { Network } from 'lucide-react'
import { useMemo, type ReactElement } from 'react'
import type { Job } from '#shared/domain/job'
import { percent } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import { editLabel, versionLabel } from '../i18n/labels'
import { isPending, workingFirst } from '../state/jobs'
import { useActions, useClient, useStudio, useStudioRoot } from '../state/context'
import { liveJobOf } from '../state/shown'
import { openPicture } from '../state/open-picture'
import { IconButton } from '../widgets'
import { VersionStrip, type StripRun, type StripVersion } from '../versions/version-strip'

/** Jobs of the picture that the strip shows beside the versions; more of them are in the queue. */
const runsShown = 12

/** The versions of the open picture and the jobs that make more of them. */
export function VersionsPlace(): ReactElement | null {
  const say = useWords()
  const client = useClient()
  const { previews } = useStudioRoot()
  const { apply, discard, showVersion, setUi, openDialog, rememberStylePicture, setStyle } = useActions()
  const picture = useStudio(openPicture)
  const styles = useStudio((state) => state.styles)
  const versions = useStudio((state) => state.pictures.versions[picture?.id ?? ''])
  const shown = useStudio((state) => state.shown[picture?.id ?? ''])
  const jobs = useStudio((state) => state.jobs)

  const stripVersions = useMemo(
    () =>
      // What is in the trash stays in the tree; the strip is for working.
      (versions ?? [])
        .filter((version) => version.trashedAt === undefined || version.asset.id === picture?.currentAssetId)
        .map((version): StripVersion => ({
          assetId: version.asset.id,
          ...(version.fromAssetId === undefined ? {} : { fromAssetId: version.fromAssetId }),
          label: versionLabel(version, styles, say, say.language),
          width: version.asset.width,
          height: version.asset.height,
        })),
    [versions, styles, say, picture?.currentAssetId],
  )
  if (!picture) return null
  const mine = [...jobs.active, ...jobs.waiting]
    .flatMap((id): Job[] => (jobs.byId[id]?.pictureId === picture.id ? [jobs.byId[id]] : []))
    .slice(0, runsShown)
  const runs = mine.map((job): StripRun => ({
    jobId: job.id,
    label: editLabel(job.edit, styles, say, say.language),
    progress: percent(jobs.live[job.id]?.progress ?? job.progress) / 100,
    waiting: job.state === 'queued' || isPending(jobs, job),
    source: previews.source(job.id),
  }))
  const labelOf = (assetId: string): string => stripVersions.find((version) => version.assetId === assetId)?.label ?? picture.name
  const live = liveJobOf(
    workingFirst(jobs).flatMap((id) => jobs.byId[id] ?? []),
    picture.id,
    shown,
  )
  const useAsStyle = (styleAssetId: string): void => {
    rememberStylePicture(styleAssetId)
    setStyle({ styleAssetId })
  }
  return (
    <div className="flex shrink-0 border-t border-line bg-panel">
      <VersionStrip
        picture={{ pictureId: picture.id, name: picture.name }}
        versions={stripVersions}
        runs={runs}
        currentId={picture.currentAssetId}
        viewedId={live ? '' : (shown?.assetId ?? picture.currentAssetId)}
        fileUrl={client.fileUrl}
        onView={(assetId) => showVersion(picture.id, assetId)}
        onViewRun={() => discard(picture.id)}
        onApply={(assetId) => void apply(picture.id, assetId, labelOf(assetId))}
        onCompare={(assetId) => {
          showVersion(picture.id, assetId)
          setUi({ compare: 'slider' })
        }}
        onExport={(assetId) => openDialog({ type: 'export', pictureIds: [picture.id], assetId })}
        onUseAsStyle={useAsStyle}
        loading={versions === undefined}
      />
      {stripVersions.length > 1 ? (
        <IconButton
          size="s"
          label={say('tree.open')}
          icon={<Network size={14} aria-hidden />}
          className="m-2"
          onPress={() => openDialog({ type: 'versions', pictureId: picture.id })}
          data-testid="open-tree"
        />
      ) : null}
    </div>
  )
}
