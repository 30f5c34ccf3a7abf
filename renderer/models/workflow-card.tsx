import { Download } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { byteWords } from '#shared/domain/byte-words'
import { missingOf, type ModelView, type WorkflowNeeds } from '#shared/domain/model'
import { useWords } from '../i18n/i18n'
import { useModelWords } from '../i18n/models'
import { Button, Select } from '../widgets'
import { ModelRow } from './model-row'

/** A workflow with the files that it loads, in the variant that is chosen, and a button that gets what is missing. */
export function WorkflowCard(props: {
  needs: WorkflowNeeds
  models: readonly ModelView[]
  onGet: (models: readonly ModelView[]) => void
}): ReactElement {
  const { needs, models, onGet } = props
  const say = useModelWords()
  const { language } = useWords()
  const [variantId, setVariantId] = useState('')
  const variant = needs.variants.find((one) => one.id === variantId) ?? needs
  const { missing, bytes, unknown } = missingOf(models, variant.files)
  const size = unknown > 0 ? say('plusUnknown', { size: byteWords(bytes) }) : byteWords(bytes)
  const toGet = missing.filter((model) => !model.download && (model.page !== undefined || model.state === 'elsewhere'))
  const shown = variant.files.flatMap((file) => models.find((model) => model.file === file) ?? [])
  return (
    <section data-testid="workflow-needs" data-workflow={needs.id} className="rounded-m border border-line bg-ground/40">
      <div className="flex flex-wrap items-center gap-3 px-3 py-2">
        <div className="min-w-0 flex-1">
          <h3 className="truncate font-semibold">{needs.title[language]}</h3>
          <p className="text-s text-muted">
            {say('vram', { gb: variant.vramGb })} ·{' '}
            {missing.length === 0 ? say('ready') : say('lacks', { count: missing.length, size })}
          </p>
        </div>
        {needs.variants.length > 0 ? (
          <div className="w-56">
            <Select
              label={say('variants')}
              hideLabel
              value={variantId}
              onChange={setVariantId}
              items={[
                { id: '', label: say('usual'), hint: say('vram', { gb: needs.vramGb }) },
                ...needs.variants.map((one) => ({
                  id: one.id,
                  label: one.title[language],
                  hint: say('vram', { gb: one.vramGb }),
                })),
              ]}
            />
          </div>
        ) : null}
        {toGet.length > 0 ? (
          <Button
            icon={<Download size={14} aria-hidden />}
            tip={say('get')}
            onPress={() => onGet(toGet)}
            data-testid="get-missing"
          >
            {say('getSize', { size })}
          </Button>
        ) : null}
      </div>
      <ul>
        {shown.map((model) => (
          <ModelRow key={model.file} model={model} onGet={(one) => onGet([one])} />
        ))}
      </ul>
    </section>
  )
}
