import type { ReactElement, ReactNode } from 'react'
import { hasQuality, type ExportFormat, type ExportOptions } from '#shared/domain/export'
import { useWords } from '../i18n/i18n'
import { useSetupWords } from '../i18n/setup'
import { Segmented, Select, Slider } from '../widgets'

const formats: ExportFormat[] = ['png', 'jpeg', 'webp', 'tiff', 'avif']

/** How files are written: format, quality, size, colour, metadata; each says what it means here. */
export function ExportForm(props: {
  options: ExportOptions
  onChange: (patch: Partial<ExportOptions>) => void
  /** How many of the pictures have another size, or profile, than their photo. */
  resizable: number
  profiled: number
}): ReactElement {
  const say = useWords()
  const setup = useSetupWords()
  const { options, onChange } = props
  return (
    <div className="flex flex-col gap-3">
      <Field name={say('export.format')} hint={options.format === 'jpeg' ? say('export.alpha') : ''}>
        <Select
          label={say('export.format')}
          hideLabel
          value={options.format}
          onChange={(format) => onChange({ format })}
          items={formats.map((id) => ({ id, label: say(`export.format.${id}`) }))}
          data-testid="export-format"
        />
      </Field>
      {/* The room stays when there is no quality to set: nothing jumps. */}
      {hasQuality(options.format) ? (
        <Slider
          label={say('export.quality')}
          value={options.quality}
          onChange={(quality) => onChange({ quality: Math.round(quality) })}
          min={1}
          max={100}
          data-testid="export-quality"
        />
      ) : (
        <p className="flex h-8 items-center pl-21 text-s text-muted">{say('export.quality.lossless')}</p>
      )}
      <Field name={setup('export.size')} hint={props.resizable === 0 ? setup('export.size.none') : ''}>
        <Segmented
          label={setup('export.size')}
          value={options.size}
          onChange={(size) => onChange({ size })}
          items={[
            { id: 'result', label: setup('export.size.result'), testId: 'export-size-result' },
            { id: 'original', label: setup('export.size.original'), testId: 'export-size-original' },
          ]}
        />
      </Field>
      <Field
        name={setup('export.profile')}
        hint={options.profile === 'source' && props.profiled === 0 ? setup('export.profile.plain') : ''}
      >
        <Select
          label={setup('export.profile')}
          hideLabel
          value={options.profile}
          onChange={(profile) => onChange({ profile })}
          items={(['srgb', 'source', 'none'] as const).map((id) => ({ id, label: setup(`export.profile.${id}`) }))}
          data-testid="export-profile"
        />
      </Field>
      <Field name={setup('export.metadata')} hint={setup(`export.metadata.${options.metadata}.hint`)} roomy>
        <Segmented
          label={setup('export.metadata')}
          value={options.metadata}
          onChange={(metadata) => onChange({ metadata })}
          items={[
            { id: 'none', label: setup('export.metadata.none'), testId: 'export-metadata-none' },
            { id: 'recipe', label: setup('export.metadata.recipe'), testId: 'export-metadata-recipe' },
          ]}
        />
      </Field>
    </div>
  )
}

/** A labelled row; the hint has its line whether it says something or not. */
function Field(props: { name: string; hint: string; roomy?: boolean; children: ReactNode }): ReactElement {
  return (
    <div className="grid grid-cols-[72px_1fr] items-center gap-x-3 gap-y-1">
      <span aria-hidden className="text-muted">
        {props.name}
      </span>
      <div className="min-w-0">{props.children}</div>
      <p className={`col-start-2 text-s text-muted ${props.roomy ? 'min-h-9' : props.hint === '' ? 'hidden' : ''}`}>
        {props.hint}
      </p>
    </div>
  )
}
