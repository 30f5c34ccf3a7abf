import { Dices, ImageUp, Lock, X } from 'lucide-react'
import type { ReactElement } from 'react'
import { maxSeed } from '#shared/domain/id'
import { useDragStateOf, useDropArea } from '../dnd'
import { PanelHeading } from '../frame/side-panel'
import { useWords } from '../i18n/i18n'
import { currentEngine } from '../i18n/labels'
import { usePickers } from '../library-intake/pickers'
import { useActions, useClient, useStudio } from '../state/context'
import { Button, Check, classes, IconButton, NumberEntry, Segmented, Slider, TextArea } from '../widgets'

const whole: Intl.NumberFormatOptions = { maximumFractionDigits: 0 }

/** The values of a restyle: how strong, how much structure, colours, words, how many results, which seed. */
export function StyleValues(): ReactElement {
  const say = useWords()
  const { setStyle } = useActions()
  const values = useStudio((state) => state.ui.style)
  const draft = useStudio((state) => currentEngine(state.settings.engine, state.engines)?.kind === 'draft')
  return (
    <div className="flex flex-col" data-testid="style-values">
      <PanelHeading title={say('style.strength')} level={3} />
      <Slider
        label={say('style.amount')}
        help={say(draft ? 'style.amount.help' : 'style.amount.help.gpu')}
        value={Math.round(values.strength * 100)}
        onChange={(strength) => setStyle({ strength: strength / 100 })}
        min={0}
        max={100}
        format={whole}
        data-testid="strength"
      />
      <Slider
        label={say('style.structure')}
        help={say(draft ? 'style.structure.help' : 'style.structure.help.gpu')}
        value={Math.round(values.structure * 100)}
        onChange={(structure) => setStyle({ structure: structure / 100 })}
        min={0}
        max={100}
        format={whole}
        data-testid="structure"
      />
      <Check
        label={say('style.keepColours')}
        value={values.keepColours}
        onChange={(keepColours) => setStyle({ keepColours })}
        data-testid="keep-colours"
      />
      {/* The draft networks read no words: a field that does nothing would be a lie. */}
      {draft ? (
        <div className="flex h-9 items-center justify-between gap-3">
          <span className="text-muted">{say('style.words')}</span>
          <span className="truncate text-muted">{say('style.words.draft')}</span>
        </div>
      ) : (
        <div className="py-2">
          <TextArea
            label={say('style.words')}
            value={values.prompt}
            onChange={(prompt) => setStyle({ prompt })}
            placeholder={say('style.words.placeholder')}
            rows={2}
            data-testid="style-words"
          />
        </div>
      )}
      <div className="flex h-9 items-center justify-between gap-3">
        <span className="text-muted">{say('style.results')}</span>
        <Segmented<'1' | '2' | '4'>
          label={say('style.results')}
          size="s"
          value={values.count >= 4 ? '4' : values.count >= 2 ? '2' : '1'}
          onChange={(count) => setStyle({ count: Number(count) })}
          items={[
            { id: '1', label: '1', testId: 'count-1' },
            { id: '2', label: '2', testId: 'count-2' },
            { id: '4', label: '4', testId: 'count-4' },
          ]}
        />
      </div>
      <Seed />
    </div>
  )
}

function Seed(): ReactElement {
  const say = useWords()
  const { setStyle } = useActions()
  const seed = useStudio((state) => state.ui.style.seed)
  const locked = seed !== undefined
  return (
    <div className="flex h-9 items-center justify-between gap-3" data-testid="seed">
      <span className="text-muted">{say('style.seed')}</span>
      <div className="flex items-center gap-1">
        {locked ? (
          <NumberEntry
            label={say('style.seed')}
            value={seed}
            onChange={(next) => setStyle({ seed: next })}
            min={0}
            max={maxSeed}
            format={{ useGrouping: false, maximumFractionDigits: 0 }}
            className="w-36"
            data-testid="seed-value"
          />
        ) : (
          <span className="text-muted">{say('style.seed.random')}</span>
        )}
        <IconButton
          size="s"
          label={say(locked ? 'style.seed.unlock' : 'style.seed.lock')}
          icon={locked ? <Lock size={13} aria-hidden className="text-accent-text" /> : <Dices size={14} aria-hidden />}
          onPress={() => setStyle({ seed: locked ? undefined : randomSeed() })}
          data-testid="seed-lock"
        />
      </div>
    </div>
  )
}

/** A seed of nine digits: enough to be its own, short enough to read out. */
function randomSeed(): number {
  return Math.floor(Math.random() * 1_000_000_000)
}

/** A picture whose style is taken: chosen, dropped here, or one of those used before. */
export function StylePictures(): ReactElement {
  const say = useWords()
  const client = useClient()
  const pickers = usePickers()
  const { setStyle, setUi } = useActions()
  const used = useStudio((state) => state.ui.stylePictures)
  const chosen = useStudio((state) => state.ui.style.styleAssetId)
  const dropArea = useDropArea(() => ({ kind: 'style-field' }))
  const over = useDragStateOf((state) => state.over?.key === 'style-field')
  return (
    <div
      ref={dropArea}
      data-drop-place="style-field"
      data-testid="style-pictures"
      className={classes('rounded-m', over && 'outline-2 outline-offset-4 outline-accent')}
    >
      <PanelHeading title={say('style.picture')} level={3}>
        <Button size="s" kind="quiet" icon={<ImageUp size={13} aria-hidden />} onPress={pickers.stylePicture}>
          {say('style.picture.choose')}
        </Button>
      </PanelHeading>
      {used.length === 0 ? (
        <p className="text-s text-muted">{say('style.picture.hint')}</p>
      ) : (
        <div className="grid grid-cols-4 gap-2">
          {used.map((assetId) => (
            <div key={assetId} className="group relative">
              <button
                type="button"
                aria-pressed={chosen === assetId}
                aria-label={say('job.ownStyle')}
                onClick={() => setStyle({ styleAssetId: chosen === assetId ? undefined : assetId })}
                data-testid="style-picture"
                className={classes(
                  'block aspect-square w-full overflow-hidden rounded-s border bg-raised',
                  chosen === assetId ? 'border-accent outline outline-1 outline-accent' : 'border-line',
                )}
              >
                <img src={client.fileUrl(assetId, { width: 128 })} alt="" draggable={false} className="size-full object-cover" />
              </button>
              <button
                type="button"
                aria-label={say('style.picture.remove')}
                onClick={() => {
                  if (chosen === assetId) setStyle({ styleAssetId: undefined })
                  setUi({ stylePictures: used.filter((id) => id !== assetId) })
                }}
                className="absolute right-0.5 top-0.5 rounded-s bg-label-ground p-0.5 text-label-text opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
              >
                <X size={11} aria-hidden />
              </button>
            </div>
          ))}
        </div>
      )}
    </div>
  )
}
