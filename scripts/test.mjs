// `npm test`: sets up what is missing (dependencies, build, a Chromium), then runs every check and every test, and adds them up.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium, installHint } from './chromium.mjs'
import { root, say, setUp } from './setup.mjs'

const results = join(root, 'test-results')
const bin = (name) => join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name)

/** Runs one stage with its output shown; answers whether it passed. */
function stage(name, command, args, env = {}) {
  const began = Date.now()
  say(`\n── ${name}`)
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  })
  say(`── ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${Math.round((Date.now() - began) / 1000)} s`)
  return status === 0
}

function readJson(name) {
  const file = join(results, name)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

setUp()
const chromium = findChromium({ install: true })
if (!chromium) {
  say(installHint)
  process.exit(1)
}
rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })

const passedStages = [
  stage('check', process.execPath, [join(root, 'scripts', 'check.mjs')]),
  stage(
    'unit and integration',
    bin('vitest'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${join(results, 'vitest.json')}`],
    {
      RECAST_CHROMIUM: chromium,
    },
  ),
  stage('end to end', bin('playwright'), ['test'], { RECAST_CHROMIUM: chromium }),
]

/** Names of tests that passed only at their second try. */
function secondTries(vitest, playwright) {
  const units = (vitest?.testResults ?? []).flatMap((file) =>
    file.assertionResults
      .filter((test) => test.status === 'passed' && (test.failureMessages?.length ?? 0) > 0)
      .map((test) => test.fullName),
  )
  const specs = []
  const visit = (suite) => {
    for (const spec of suite.specs ?? []) if (spec.tests.some((test) => test.status === 'flaky')) specs.push(spec.title)
    for (const inner of suite.suites ?? []) visit(inner)
  }
  for (const suite of playwright?.suites ?? []) visit(suite)
  return [...units, ...specs]
}

const vitest = readJson('vitest.json')
const playwright = readJson('playwright.json')
const passed =
  (vitest?.numPassedTests ?? 0) + (playwright?.stats?.expected ?? 0) + (playwright?.stats?.flaky ?? 0) + (passedStages[0] ? 1 : 0)
const skipped = (vitest?.numPendingTests ?? 0) + (playwright?.stats?.skipped ?? 0)
for (const name of secondTries(vitest, playwright)) say(`second try: ${name}`)
// A suite that could not even be loaded has no failed test in it, so a failed stage counts by itself.
const failedTests = (vitest?.numFailedTests ?? 0) + (playwright?.stats?.unexpected ?? 0)
const failed = Math.max(failedTests, passedStages.filter((ok) => !ok).length)
process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exit(failed === 0 && passedStages.every(Boolean) ? 0 : 1)
