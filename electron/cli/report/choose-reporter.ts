import type { Terminal } from '../terminal'
import { barReporter } from './bar-reporter'
import { jsonReporter } from './json-reporter'
import { plainReporter } from './plain-reporter'
import type { Reporter } from './reporter'

/** The form that fits: JSON where asked for, bars where somebody watches, lines elsewhere. */
export function chooseReporter(terminal: Terminal, json: boolean, environment: NodeJS.ProcessEnv = process.env): Reporter {
  if (json) return jsonReporter(terminal)
  return terminal.errIsTty && environment['TERM'] !== 'dumb' && !environment['CI']
    ? barReporter(terminal)
    : plainReporter(terminal)
}
