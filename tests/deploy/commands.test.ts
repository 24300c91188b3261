/** The commands in the documents exist. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { ROOT } from './rendering.ts'

const TEXTS = ['*.md', '*/README.md', 'docs/**/*.md', 'deploy/**/*', '*.yml', 'Dockerfile']
const scripts: Record<string, string> = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts

/** Each `npm run NAME -- --option …` in the text whose script or option does not exist. */
function faultsOf(text: string): string[] {
  return [...text.matchAll(/npm run ([a-z:_-]+)(?: -- ([^`#\n|&]*))?/g)].flatMap(
    ([typed, name, rest = '']) => {
      // The options belong to the command that it runs beside the database.
      const command = name === 'stack:ops' ? (/^[a-z-]+/.exec(rest)?.[0] ?? name) : name!
      const source = /\S+\.ts/.exec(scripts[command] ?? '')?.[0]
      if (source === undefined) return command in scripts ? [] : [typed]
      const known = readFileSync(join(ROOT, source), 'utf8')
      return [...rest.matchAll(/(?:^|\s)--([a-z-]+)/g)]
        .filter(([, option]) => !new RegExp(`\\b${option}\\b['"]?:|--${option}\\b`).test(known))
        .map(([, option]) => `npm run ${name} -- --${option}`)
    },
  )
}

suite('the commands in the documents', () => {
  test('name only scripts and options that exist', () => {
    const files = globSync(TEXTS, { cwd: ROOT, withFileTypes: true }).filter((entry) => entry.isFile())
    const faults = files
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !file.includes('node_modules'))
      .flatMap((file) => faultsOf(readFileSync(file, 'utf8')).map((fault) => `${file}: ${fault}`))
    assert.deepEqual(faults, [])
  })

  test('a script or an option that does not exist is reported', () => {
    assert.deepEqual(faultsOf('npm run images -- --tag 1'), [])
    assert.deepEqual(faultsOf('npm run imagez'), ['npm run imagez'])
    assert.deepEqual(faultsOf('npm run images -- --tag 1 --twice'), ['npm run images -- --twice'])
    assert.deepEqual(faultsOf('npm run stack:ops -- doctor --fix'), [])
    assert.deepEqual(faultsOf('npm run stack:ops -- doctor --keep 1'), ['npm run stack:ops -- --keep'])
  })
})
