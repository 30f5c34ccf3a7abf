import { Ban, Star } from 'lucide-react'
import type { ReactElement } from 'react'
import type { Result } from '#shared/domain/result'
import { Fact, JobFacts, useJob } from '../facts/facts-panel'
import { PanelHeading } from '../frame/side-panel'
import { useWords } from '../i18n/i18n'
import { noteWords } from '../i18n/notes'
import { useActions, useClient, useStudio } from '../state/context'
import { Button, classes, IconButton } from '../widgets'
import { momentWords } from './result-words'

/** The facts of the chosen result: a larger picture, its marks, how it was made, and everything to use again. */
export function ResultFacts(): ReactElement {
  const say = useWords()
  const result = useStudio((state) => state.gallery.active)
  const many = useStudio((state) => state.gallery.selected.length > 1)
  return (
    <section
      aria-label={say('facts.result')}
      className="flex max-h-[62%] shrink-0 flex-col border-t border-line"
      data-testid="result-facts"
    >
      <div className="px-4 pt-1.5">
        <PanelHeading title={say('facts.result')} />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-tabindex -- it scrolls, so keys must reach it */}
      <div className="min-h-24 overflow-y-auto px-4 pb-3" tabIndex={0} role="group" aria-label={say('facts.result')}>
        {result ? <Facts result={result} /> : <p className="text-s text-muted">{say(many ? 'facts.selected' : 'facts.pick')}</p>}
      </div>
    </section>
  )
}

function Facts({ result }: { result: Result }): ReactElement {
  const say = useWords()
  const client = useClient()
  const { openResult, remix, reuseAll } = useActions()
  const job = useJob(result.jobId)
  const inTrash = result.trashedAt !== undefined
  return (
    <>
      <img
        src={client.fileUrl(result.assetId, { width: 512 })}
        alt={say('gallery.item', {
          label: result.label,
          name: result.pictureName,
          date: momentWords(result.madeAt, say.language),
        })}
        className="mb-2 h-44 w-full rounded-m bg-ground object-contain"
      />
      <Marks result={result} disabled={inTrash} />
      <dl className="mt-2 grid grid-cols-[72px_1fr] gap-x-3 gap-y-1 text-s">
        <Fact name={say('facts.photo')}>{result.pictureName}</Fact>
        <Fact name={say('facts.date')}>{momentWords(result.madeAt, say.language)}</Fact>
        <Fact name={say('facts.size')}>
          {result.width} × {result.height}
        </Fact>
        {job ? <JobFacts job={job} /> : null}
        {job && job.notes.length > 0 ? (
          <Fact name={say('facts.notes')}>
            {job.notes.map((note) => (
              <p key={note}>{noteWords(note, say.language)}</p>
            ))}
          </Fact>
        ) : null}
      </dl>
      {inTrash ? null : (
        <div className="mt-3 flex flex-wrap gap-1.5">
          <Button size="s" onPress={() => void openResult(result)} data-testid="result-open">
            {say('gallery.open')}
          </Button>
          <Button size="s" onPress={() => void remix(result)} data-testid="result-remix">
            {say('gallery.remix')}
          </Button>
          <Button size="s" onPress={() => void reuseAll(result)} data-testid="result-use-all">
            {say('gallery.useAll')}
          </Button>
        </div>
      )}
    </>
  )
}

/** Five stars and the reject mark. Pressing the star that is on takes it away. */
function Marks({ result, disabled }: { result: Result; disabled: boolean }): ReactElement {
  const say = useWords()
  const { mark } = useActions()
  return (
    <fieldset aria-label={say('gallery.star')} className="flex items-center" data-testid="marks" data-star={result.star}>
      {[1, 2, 3, 4, 5].map((star) => (
        <IconButton
          key={star}
          size="s"
          label={say('gallery.star.set', { count: star })}
          keys={String(star)}
          isDisabled={disabled}
          aria-pressed={result.star >= star}
          icon={<Star size={15} aria-hidden className={classes(result.star >= star ? 'fill-accent text-accent' : 'text-edge')} />}
          onPress={() => void mark([{ assetId: result.assetId, star: result.star === star ? 0 : star }])}
        />
      ))}
      <span className="flex-1" />
      <IconButton
        size="s"
        label={say(result.rejected ? 'gallery.unreject' : 'gallery.reject')}
        keys="x"
        isDisabled={disabled}
        aria-pressed={result.rejected}
        icon={<Ban size={15} aria-hidden className={result.rejected ? 'text-bad' : ''} />}
        onPress={() => void mark([{ assetId: result.assetId, rejected: !result.rejected }])}
        data-testid="mark-reject"
      />
    </fieldset>
  )
}
