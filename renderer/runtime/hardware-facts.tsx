import { CircleCheck, CircleSlash } from 'lucide-react'
import type { ReactElement } from 'react'
import type { Hardware, VerdictCode } from '#shared/domain/runtime'
import { useSetupWords } from '../i18n/setup'

/** Verdicts after which there is something to be done. */
const mendable = ['driver_missing', 'driver_broken', 'driver_too_old', 'card_too_old'] as const
const isMendable = (code: VerdictCode): code is (typeof mendable)[number] => mendable.some((one) => one === code)

const worded = ['memory', 'disk', 'page_file', 'redistributable', 'long_paths', 'synced'] as const
/** A warning of a newer core is told in its own words. */
const hasWords = (code: string): code is (typeof worded)[number] => worded.some((one) => one === code)

const gb = (mb: number): string => (mb / 1024).toFixed(mb < 10_240 ? 1 : 0)

/** What was found on this machine, and what follows for a ComfyUI of its own. */
export function HardwareFacts({ hardware }: { hardware: Hardware | undefined }): ReactElement {
  const setup = useSetupWords()
  if (!hardware) return <output className="skeleton block h-15 rounded-m" aria-label={setup('runtime.looking')} />
  const { verdict, cards, warnings } = hardware
  const good = verdict.device === 'cuda'
  const Sign = good ? CircleCheck : CircleSlash
  return (
    <section
      className="flex min-h-15 items-center gap-3 rounded-m border border-line bg-raised px-3 py-2.5"
      data-testid="hardware"
      data-verdict={verdict.code}
    >
      <Sign size={18} aria-hidden className={`mt-0.5 shrink-0 self-start ${good ? 'text-good' : 'text-muted'}`} />
      <div className="min-w-0">
        <h3 className="font-semibold">{setup(`runtime.verdict.${verdict.code}`)}</h3>
        <p className="text-s text-muted">
          {cards
            .map(({ name, memoryMb, driver }) =>
              [name, memoryMb === undefined ? '' : `${gb(memoryMb)} GB`, driver ?? ''].filter(Boolean).join(' · '),
            )
            .join('; ')}
        </p>
        <p className="text-s text-muted">
          {setup('runtime.memory', { free: gb(hardware.freeMemoryMb), total: gb(hardware.memoryMb) })}
          {hardware.freeDiskMb === undefined ? '' : ` · ${setup('runtime.disk', { free: gb(hardware.freeDiskMb) })}`}
        </p>
        {isMendable(verdict.code) ? <p className="text-s text-text">{setup(`runtime.verdict.${verdict.code}.next`)}</p> : null}
        {warnings.map(({ code, message }) => (
          <p key={code} className="text-s text-text">
            {hasWords(code) ? setup(`runtime.warning.${code}`) : message}
          </p>
        ))}
      </div>
    </section>
  )
}
