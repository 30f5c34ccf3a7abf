import { Cpu, Download, FlaskConical, Play, Power, RefreshCw, Trash2, Wrench, X } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import type { ErrorView } from '#shared/domain/error'
import { duration, percent } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import { useSetupWords } from '../i18n/setup'
import { Button, Progress } from '../widgets'
import { ErrorDetails } from '../widgets/error-details'
import { HardwareFacts } from './hardware-facts'
import { Fold, MoreWays } from './more-ways'
import { Snapshots } from './snapshots'
import { troubleOf } from './trouble'
import { useRuntime, type RuntimeState } from './use-runtime'

/** The local ComfyUI: what the machine is good for, installing with progress, starting, stopping, mending, going back, its log. */
export function RuntimePanel(): ReactElement {
  const state = useRuntime()
  const setup = useSetupWords()
  const { runtime } = state
  return (
    <div className="flex flex-col gap-4" data-testid="runtime" data-state={runtime?.state}>
      <HardwareFacts hardware={state.hardware} />
      {runtime ? (
        <>
          <Status state={state} />
          {runtime.install ? <Installing state={state} /> : <Actions state={state} />}
          {runtime.error ? <Failure error={runtime.error} /> : null}
          <Findings state={state} />
          <SelfTest state={state} />
          <Snapshots state={state} />
          <MoreWays state={state} />
          {runtime.current ? <Log state={state} /> : null}
        </>
      ) : (
        <output className="skeleton block h-24 rounded-m" aria-label={setup('runtime.looking')} />
      )}
    </div>
  )
}

function Status({ state: { runtime } }: { state: RuntimeState }): ReactElement {
  const setup = useSetupWords()
  const current = runtime?.current
  return (
    <div className="flex items-center justify-between gap-3">
      <div className="min-w-0">
        <p className="font-semibold" aria-live="polite" data-testid="runtime-state">
          {setup(`runtime.state.${runtime?.state ?? 'absent'}`)}
        </p>
        <p className="min-h-4.5 truncate text-s text-muted">
          {current
            ? [
                `ComfyUI ${current.version}`,
                current.device === 'cuda' ? 'CUDA' : 'CPU',
                current.torch === undefined ? '' : `torch ${current.torch}`,
                runtime?.address ?? '',
                current.adopted ? setup('runtime.adopted') : '',
              ]
                .filter(Boolean)
                .join(' · ')
            : setup('runtime.absent.text')}
        </p>
        {runtime?.state === 'starting' && runtime.lastLine ? (
          <p className="truncate text-s text-muted">{runtime.lastLine}</p>
        ) : null}
      </div>
    </div>
  )
}

function Installing({ state }: { state: RuntimeState }): ReactElement {
  const setup = useSetupWords()
  const say = useWords()
  const install = state.runtime?.install
  const left = state.leftMs
  const copying = install?.step === 'snapshot'
  return (
    <section className="flex flex-col gap-2" data-testid="runtime-installing">
      <div className="flex items-center justify-between gap-3">
        <p className="min-w-0 truncate">
          {install ? setup(`runtime.step.${stepKey(install.step)}`) : ''}
          <span className="text-muted"> {install?.note ?? ''}</span>
        </p>
        <p className="shrink-0 text-s text-muted tabular-nums">
          {say('job.percent', { percent: percent(install?.progress ?? 0) })}
          {left === undefined ? '' : ` · ${say('job.left', { time: duration(left) })}`}
        </p>
      </div>
      <Progress label={setup(copying ? 'runtime.step.snapshot' : 'runtime.state.installing')} value={install?.progress ?? 0} />
      <div>
        <Button
          icon={<X size={14} aria-hidden />}
          onPress={() => void state.ask('runtime.cancel', {})}
          data-testid="runtime-cancel"
        >
          {setup('runtime.cancel')}
        </Button>
        <span className="pl-3 text-s text-muted">{setup(copying ? 'runtime.snapshot.cancel' : 'runtime.cancel.hint')}</span>
      </div>
    </section>
  )
}

const stepKeys = ['comfyui', 'nodes', 'python', 'packages', 'check', 'finish', 'snapshot'] as const
/** A step of a newer core is told as preparing. */
function stepKey(step: string): (typeof stepKeys)[number] | 'other' {
  return stepKeys.find((known) => known === step) ?? 'other'
}

function Actions({ state }: { state: RuntimeState }): ReactElement {
  const setup = useSetupWords()
  const [removing, setRemoving] = useState(false)
  const { runtime, hardware, ask } = state
  const current = runtime?.current
  if (!runtime) return <></>
  if (!current) {
    const gpu = hardware?.verdict.device === 'cuda'
    return (
      <section className="flex flex-col gap-2">
        <div className="flex flex-wrap gap-2">
          {gpu ? (
            <Button
              kind="primary"
              icon={<Download size={14} aria-hidden />}
              onPress={() => void ask('runtime.install', {})}
              data-testid="runtime-install"
            >
              {setup('runtime.install')}
            </Button>
          ) : null}
          <Button
            icon={<Cpu size={14} aria-hidden />}
            isDisabled={!hardware}
            onPress={() => void ask('runtime.install', { device: 'cpu' })}
            data-testid="runtime-install-cpu"
          >
            {setup('runtime.install.cpu')}
          </Button>
        </div>
        <p className="text-s text-muted">{setup(gpu ? 'runtime.install.hint' : 'runtime.install.noGpu')}</p>
      </section>
    )
  }
  const { state: now } = runtime
  const idle = now === 'stopped' || now === 'failed'
  const own = !current.adopted
  return (
    <section className="flex flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        {idle ? (
          <Button
            kind="primary"
            icon={<Play size={14} aria-hidden />}
            onPress={() => void ask('runtime.start', {})}
            data-testid="runtime-start"
          >
            {setup('runtime.start')}
          </Button>
        ) : (
          <Button
            icon={<Power size={14} aria-hidden />}
            isDisabled={now === 'stopping'}
            onPress={() => void ask('runtime.stop', {})}
            data-testid="runtime-stop"
          >
            {setup('runtime.stop')}
          </Button>
        )}
        {own ? (
          <>
            <Button
              icon={<RefreshCw size={14} aria-hidden />}
              onPress={() => void ask('runtime.update', {})}
              data-testid="runtime-update"
            >
              {setup('runtime.update')}
            </Button>
            <Button
              icon={<Wrench size={14} aria-hidden />}
              onPress={() => void ask('runtime.repair', {})}
              data-testid="runtime-repair"
            >
              {setup('runtime.repair')}
            </Button>
          </>
        ) : null}
        {removing ? null : (
          <Button
            kind="quiet"
            icon={<Trash2 size={14} aria-hidden />}
            onPress={() => setRemoving(true)}
            data-testid="runtime-remove"
          >
            {setup('runtime.remove')}
          </Button>
        )}
      </div>
      {removing ? (
        <div className="flex flex-wrap items-center gap-2 rounded-m border border-bad-line px-3 py-2">
          <p className="min-w-60 flex-1">{setup(own ? 'runtime.remove.text' : 'runtime.remove.adopted')}</p>
          <Button
            kind="danger"
            onPress={() => {
              setRemoving(false)
              void ask('runtime.remove', {})
            }}
            data-testid="runtime-remove-really"
          >
            {setup('runtime.remove')}
          </Button>
          <Button onPress={() => setRemoving(false)}>{setup('runtime.keep')}</Button>
        </div>
      ) : null}
    </section>
  )
}

/** What hinders, in words for it; below them the core's own, which name the file, address or module. */
function Failure({ error }: { error: ErrorView }): ReactElement {
  const setup = useSetupWords()
  const trouble = troubleOf(error)
  return (
    <section className="rounded-m bg-bad-wash px-3 py-2" role="alert" data-testid="runtime-error">
      <p>{setup(`runtime.trouble.${trouble}`)}</p>
      <p className="text-s">{setup(`runtime.trouble.${trouble}.next`)}</p>
      <p className="pt-1 text-s break-words text-muted" lang="en" data-testid="runtime-error-words">
        {error.message}
      </p>
      <ErrorDetails error={error} />
    </section>
  )
}

const told = ['runtime', 'build'] as const

/** What the last look found wrong with the installation, or with installing at all. */
function Findings({ state: { report, runtime } }: { state: RuntimeState }): ReactElement | null {
  const setup = useSetupWords()
  if (!report || runtime?.install) return null
  return (
    <>
      {told.flatMap((name) => {
        const check = report.checks.find((one) => one.name === name && !one.ok)
        return check
          ? [
              <section key={name} className="rounded-m bg-bad-wash px-3 py-2" data-testid={`runtime-finding-${name}`}>
                <p>{setup(`runtime.finding.${name}`)}</p>
                <p className="pt-1 text-s break-words text-muted" lang="en">
                  {check.note}
                </p>
              </section>,
            ]
          : []
      })}
    </>
  )
}

/** Proof by a small job: asked for, never by itself. */
function SelfTest({ state }: { state: RuntimeState }): ReactElement | null {
  const setup = useSetupWords()
  const say = useWords()
  const { report, runtime, testing } = state
  if (!runtime?.current || runtime.install) return null
  const test = report?.selfTest
  return (
    <section className="flex flex-col gap-1.5">
      <div>
        <Button
          icon={<FlaskConical size={14} aria-hidden />}
          isPending={testing}
          onPress={() => void state.examine(true)}
          data-testid="runtime-test"
        >
          {setup(testing ? 'runtime.test.running' : 'runtime.test')}
        </Button>
        {testing ? <span className="pl-3 text-s text-muted">{setup('runtime.test.patience')}</span> : null}
      </div>
      {test && !testing ? (
        <div aria-live="polite" data-testid="runtime-tested">
          <p className={test.ok ? 'text-good' : 'text-bad'}>{setup(test.ok ? 'runtime.test.good' : 'runtime.test.bad')}</p>
          <p className="text-s text-muted">
            {[
              new Date(test.at).toLocaleString(say.language),
              test.torch === undefined ? '' : `torch ${test.torch}`,
              test.cuda ? `CUDA ${test.cudaVersion ?? ''}` : 'CPU',
              ...test.devices.map(({ name }) => name),
              test.jobMs === undefined ? '' : setup('runtime.test.job', { ms: Math.round(test.jobMs) }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
          {test.problems.map(({ code, message }) => (
            <div key={code} className="pt-1 text-s" data-testid="runtime-problem" data-code={code}>
              <p className="text-text">{setup(`runtime.problem.${code}`)}</p>
              <p className="text-muted" lang="en">
                {message}
              </p>
            </div>
          ))}
          {test.notes.map((note) => (
            <p key={note} className="text-s text-muted" lang="en">
              {note}
            </p>
          ))}
        </div>
      ) : null}
    </section>
  )
}

function Log({ state }: { state: RuntimeState }): ReactElement {
  const setup = useSetupWords()
  return (
    <Fold title={'runtime.log'} onOpen={() => void state.refreshLog()}>
      <pre
        data-selectable
        data-testid="runtime-log-text"
        aria-label={setup('runtime.log')}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so keys must reach it
        tabIndex={0}
        className="max-h-56 overflow-auto whitespace-pre-wrap break-words rounded-m border border-line bg-ground p-3 text-s text-muted"
      >
        {state.log.length === 0 ? setup('runtime.log.empty') : state.log.join('\n')}
      </pre>
      <Button
        size="s"
        kind="quiet"
        className="self-start"
        icon={<RefreshCw size={12} aria-hidden />}
        onPress={() => void state.refreshLog()}
      >
        {setup('runtime.log.refresh')}
      </Button>
    </Fold>
  )
}
