// `npm test`: sets up what is missing (dependencies, build, a Chromium), then runs every check and every test, and adds them up.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { findChromium, installHint } from './chromium.mjs'
import { root, say, setUp } from './setup.mjs'

const results = join(root, 'test-results')
/** Lines of a failure's message that the closing list repeats. */
const messageLines = 12
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

/**
 * Tests that did not pass at once: `again` those that passed at their second try, `failed` the others, each with its file, name and the
 * beginning of what it said.
 */
function troubles(vitest, playwright) {
  const found = { again: [], failed: [] }
  const note = (list, file, name, message) => {
    const lines = stripVTControlCharacters(message ?? '').split('\n')
    const words = lines
      .filter((line) => !line.includes('node_modules'))
      .slice(0, messageLines)
      .join('\n    ')
    list.push(`${relative(root, file)} › ${name}\n    ${words}`)
  }
  for (const file of vitest?.testResults ?? []) {
    const hasFailedTest = file.assertionResults.some((test) => test.status === 'failed')
    // What a file does beside its tests (loading, hooks) can fail as well.
    if (file.status === 'failed' && !hasFailedTest) note(found.failed, file.name, '(the whole file)', file.message)
    for (const test of file.assertionResults) {
      if (test.status === 'failed') note(found.failed, file.name, test.fullName, test.failureMessages?.at(-1))
      else if (test.status === 'passed' && test.failureMessages?.length)
        note(found.again, file.name, test.fullName, test.failureMessages[0])
    }
  }
  const visit = (suite) => {
    for (const spec of suite.specs ?? [])
      for (const test of spec.tests) {
        const list = { flaky: found.again, unexpected: found.failed }[test.status]
        const message = test.results.find((result) => result.error)?.error.message
        if (list) note(list, join(root, 'test', 'e2e', spec.file), spec.title, message)
      }
    for (const inner of suite.suites ?? []) visit(inner)
  }
  for (const suite of playwright?.suites ?? []) visit(suite)
  return found
}

const vitest = readJson('vitest.json')
const playwright = readJson('playwright.json')
const passed =
  (vitest?.numPassedTests ?? 0) + (playwright?.stats?.expected ?? 0) + (playwright?.stats?.flaky ?? 0) + (passedStages[0] ? 1 : 0)
const skipped = (vitest?.numPendingTests ?? 0) + (playwright?.stats?.skipped ?? 0)
// Said here as well: whoever reads only the end of a long output must see what went wrong.
const { again, failed: failures } = troubles(vitest, playwright)
for (const trouble of again) say(`second try: ${trouble}`)
for (const trouble of failures) say(`FAILED: ${trouble}`)
// A suite that could not even be loaded has no failed test in it, so a failed stage counts by itself.
const failedTests = (vitest?.numFailedTests ?? 0) + (playwright?.stats?.unexpected ?? 0)
const failed = Math.max(failedTests, passedStages.filter((ok) => !ok).length)
process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exit(failed === 0 && passedStages.every(Boolean) ? 0 : 1)
