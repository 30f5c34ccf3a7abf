import type { ReactElement } from 'react'
import type { CustomField, CustomWorkflowDetail } from '#shared/domain/custom-workflow'
import { maxSeed } from '#shared/domain/id'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { shownAssetId } from '../state/open-picture'
import { Check, NumberEntry, Select, TextArea, TextEntry, Tip } from '../widgets'
import { Button as AriaButton } from 'react-aria-components'
import type { OwnValue } from './compose-values'
import { fieldLabel, fieldValue } from './custom-form'
import { SeedField } from './fields'
import { PictureSlot } from './picture-slot'

const whole: Intl.NumberFormatOptions = { maximumFractionDigits: 0, useGrouping: false }
const fraction: Intl.NumberFormatOptions = { maximumFractionDigits: 4, useGrouping: false }

/** The fields of a workflow, each by its kind, with its limits, its options and its help. */
export function CustomFields(props: {
  workflow: CustomWorkflowDetail
  fields: readonly CustomField[]
  /** Those among which a label has to be told apart. */
  all: readonly CustomField[]
}): ReactElement {
  const { workflow, fields, all } = props
  // The first place for a picture takes the open one while nothing is put in.
  const firstPicture = workflow.fields.find(({ kind }) => kind === 'picture')?.key
  return (
    <div className="flex flex-col gap-1.5 pt-2">
      {fields.map((field) => (
        <Field
          key={field.key}
          workflow={workflow}
          field={field}
          label={fieldLabel(field, all)}
          takesOpen={field.key === firstPicture}
        />
      ))}
    </div>
  )
}

function Field(props: { workflow: CustomWorkflowDetail; field: CustomField; label: string; takesOpen: boolean }): ReactElement {
  const say = useWords()
  const { setCompose } = useActions()
  const { workflow, field, label } = props
  const own = useStudio((state) => state.ui.compose.own)
  const open = useStudio(shownAssetId)
  const value = fieldValue(field, own.values[workflow.id])
  const set = (next: OwnValue | undefined): void => {
    const { [field.key]: _, ...others } = own.values[workflow.id] ?? {}
    setCompose('own', {
      values: { ...own.values, [workflow.id]: next === undefined ? others : { ...others, [field.key]: next } },
    })
  }
  const testId = `field-${field.key}`
  switch (field.kind) {
    case 'text':
      return field.multiline ? (
        <TextArea
          label={label}
          value={String(value)}
          onChange={set}
          rows={3}
          {...(field.help === undefined ? (field.choices ? { hint: say('compose.own.choices') } : {}) : { hint: field.help })}
          data-testid={testId}
        />
      ) : (
        <TextEntry
          label={label}
          value={String(value)}
          onChange={set}
          {...(field.help === undefined ? {} : { hint: field.help })}
          data-testid={testId}
        />
      )
    case 'integer':
    case 'number':
      return (
        <div className="flex min-h-9 items-center justify-between gap-3">
          <Name label={label} help={helpOf(field)} />
          <NumberEntry
            label={label}
            value={typeof value === 'number' ? value : Number(field.default)}
            onChange={set}
            min={field.min ?? Number.MIN_SAFE_INTEGER}
            max={field.max ?? Number.MAX_SAFE_INTEGER}
            // A step of the node's own is for its wheel; any number between its limits is good.
            step={field.kind === 'integer' ? (field.step ?? 1) : (field.step ?? 0.01)}
            format={field.kind === 'integer' ? whole : fraction}
            className="w-24 shrink-0"
            data-testid={testId}
          />
        </div>
      )
    case 'boolean':
      return <Check label={label} value={value === true} onChange={set} data-testid={testId} />
    case 'choice': {
      const options = field.options ?? []
      // What the file holds may not be there any more; it is shown, and refused in words when it runs.
      const all = options.includes(value as never) ? options : [value as string, ...options]
      return (
        <Select
          label={label}
          value={String(all.indexOf(value as never))}
          onChange={(at) => set(all[Number(at)])}
          items={all.map((option, at) => ({ id: String(at), label: String(option) }))}
          data-testid={testId}
        />
      )
    }
    case 'seed':
      return (
        <SeedField
          seed={typeof value === 'number' ? Math.min(value, maxSeed) : undefined}
          onChange={(seed) => set(seed ?? { random: true })}
        />
      )
    case 'picture':
      return (
        <div className="flex items-center gap-3 py-1">
          <div className="w-20 shrink-0">
            <PictureSlot
              slot={{ of: 'field', workflowId: workflow.id, node: field.node }}
              assetId={own.pictures[workflow.id]?.[field.node]}
              title={field.group}
              fallback={props.takesOpen ? open : undefined}
            />
          </div>
          <div className="min-w-0">
            <p className="truncate">{field.group}</p>
            <p className="text-s text-muted">
              {props.takesOpen && own.pictures[workflow.id]?.[field.node] === undefined && open !== undefined
                ? say('compose.own.takesOpen')
                : say('compose.own.dropPicture')}
            </p>
          </div>
        </div>
      )
  }
}

/** The limits of a number, and what the node says of it. */
function helpOf(field: CustomField): string | undefined {
  const { min, max, help } = field
  const range = min !== undefined && max !== undefined && max < 1e9 ? `${min} … ${max}` : undefined
  return [range, help].filter(Boolean).join(' · ') || undefined
}

function Name({ label, help }: { label: string; help: string | undefined }): ReactElement {
  if (help === undefined) return <span className="min-w-0 truncate text-muted">{label}</span>
  return (
    <Tip text={help}>
      <AriaButton
        aria-label={`${label}: ${help}`}
        className="min-w-0 cursor-help truncate text-left text-muted decoration-edge decoration-dotted underline-offset-4 hovered:underline"
      >
        {label}
      </AriaButton>
    </Tip>
  )
}
