import { useState, type ReactElement } from 'react'
import { draftLook } from '#shared/styles/draft-look'
import { PanelHeading } from '../frame/side-panel'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { Button, Check, DialogFrame, Select, Slider, TextArea, TextEntry } from '../widgets'
import { formOf, styleOfForm, type PresetForm } from './preset-form'
import { PresetPicture } from './preset-picture'

const whole: Intl.NumberFormatOptions = { maximumFractionDigits: 0 }
/** Select knows no empty key. */
const nearest = 'nearest'

/** Makes and changes presets of the user's own. */
export function PresetEditor(props: { id: string | undefined; from: string | undefined; onClose: () => void }): ReactElement {
  const say = useWords()
  const { saveStyle, chooseStyle } = useActions()
  const styles = useStudio((state) => state.styles)
  const [form, setForm] = useState(() =>
    formOf(
      styles.find(({ id }) => id === (props.id ?? props.from)),
      props.id !== undefined,
      styles,
      say.language,
    ),
  )
  const [busy, setBusy] = useState(false)
  const set = (patch: Partial<PresetForm>): void => setForm((before) => ({ ...before, ...patch }))
  const style = styleOfForm(form)
  const near = draftLook({ name: form.name, wording: form.wording })
  const titleOf = (id: string): string => styles.find((known) => known.id === id)?.title[say.language] ?? id
  const save = async (): Promise<void> => {
    if (!style || busy) return
    setBusy(true)
    const saved = await saveStyle(style, props.id)
    setBusy(false)
    if (!saved) return
    chooseStyle(saved.id)
    props.onClose()
  }
  return (
    <DialogFrame
      title={say(props.id === undefined ? 'presets.editor.new' : 'presets.editor.change')}
      open
      width="l"
      onClose={props.onClose}
      closeLabel={say('dialog.close')}
      data-testid="preset-editor"
      footer={
        <>
          {style ? null : <span className="mr-auto text-s text-muted">{say('presets.editor.need')}</span>}
          <Button onPress={props.onClose}>{say('presets.editor.cancel')}</Button>
          <Button kind="primary" isPending={busy} isDisabled={!style} onPress={() => void save()} data-testid="preset-save">
            {say('presets.editor.save')}
          </Button>
        </>
      }
    >
      <div className="grid grid-cols-[1fr_1fr] gap-x-6 gap-y-4 max-[640px]:grid-cols-1">
        <div className="flex min-w-0 flex-col gap-4">
          <TextEntry
            label={say('presets.editor.name')}
            value={form.name}
            onChange={(name) => set({ name })}
            onEnter={() => void save()}
            data-testid="preset-name"
          />
          <TextArea
            label={say('presets.editor.wording')}
            value={form.wording}
            onChange={(wording) => set({ wording })}
            placeholder={say('presets.editor.wording.placeholder')}
            hint={say('presets.editor.wording.hint')}
            rows={3}
            data-testid="preset-wording"
          />
          <div className="flex flex-col gap-2">
            <PanelHeading title={say('presets.editor.families')} level={3} />
            <p className="-mt-2 text-s text-muted">{say('presets.editor.families.hint')}</p>
            <TextArea
              label={say('presets.editor.edit')}
              value={form.edit}
              onChange={(edit) => set({ edit })}
              rows={2}
              data-testid="preset-edit"
            />
            <TextArea
              label={say('presets.editor.draw')}
              value={form.draw}
              onChange={(draw) => set({ draw })}
              rows={2}
              data-testid="preset-draw"
            />
            <TextEntry
              label={say('presets.editor.negative')}
              value={form.negative}
              onChange={(negative) => set({ negative })}
              data-testid="preset-negative"
            />
          </div>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <PresetPicture
            label={say('presets.editor.sample')}
            hint={say('presets.editor.sample.hint')}
            assetId={form.sampleAssetId}
            onChange={(sampleAssetId) => set({ sampleAssetId })}
            testId="preset-sample"
          />
          <PresetPicture
            label={say('presets.editor.picture')}
            hint={say('presets.editor.picture.hint')}
            assetId={form.styleAssetId}
            onChange={(styleAssetId) => set({ styleAssetId })}
            testId="preset-picture"
          />
          {form.styleAssetId === undefined ? (
            <Select
              label={say('presets.editor.draft')}
              value={form.draftStyleId === '' ? nearest : form.draftStyleId}
              onChange={(id) => set({ draftStyleId: id === nearest ? '' : id })}
              items={[
                { id: nearest, label: say('presets.editor.draft.auto', { name: titleOf(near) }) },
                ...styles.filter(({ own }) => !own).map(({ id, title }) => ({ id, label: title[say.language] })),
              ]}
              data-testid="preset-draft"
            />
          ) : (
            <p className="text-s text-muted">{say('presets.editor.draft.picture')}</p>
          )}
          <div>
            <PanelHeading title={say('presets.editor.values')} level={3} />
            <Slider
              label={say('style.amount')}
              value={Math.round(form.strength * 100)}
              onChange={(strength) => set({ strength: strength / 100 })}
              min={0}
              max={100}
              format={whole}
              data-testid="preset-strength"
            />
            <Slider
              label={say('style.structure')}
              value={Math.round(form.structure * 100)}
              onChange={(structure) => set({ structure: structure / 100 })}
              min={0}
              max={100}
              format={whole}
              data-testid="preset-structure"
            />
            <Check label={say('style.keepColours')} value={form.keepColours} onChange={(keepColours) => set({ keepColours })} />
          </div>
          <div>
            <PanelHeading title={say('presets.editor.sampling')} level={3} />
            <p className="-mt-1 pb-2 text-s text-muted">{say('presets.editor.sampling.hint')}</p>
            <div className="grid grid-cols-2 gap-2">
              <TextEntry
                label={say('presets.editor.steps')}
                value={form.steps}
                onChange={(steps) => set({ steps })}
                data-testid="preset-steps"
              />
              <TextEntry label={say('presets.editor.cfg')} value={form.cfg} onChange={(cfg) => set({ cfg })} />
              <TextEntry label={say('presets.editor.sampler')} value={form.sampler} onChange={(sampler) => set({ sampler })} />
              <TextEntry
                label={say('presets.editor.scheduler')}
                value={form.scheduler}
                onChange={(scheduler) => set({ scheduler })}
              />
            </div>
          </div>
        </div>
      </div>
    </DialogFrame>
  )
}
