/**
 * A copy of the tree for the mutants, so that the working tree is never changed. Packages are linked, but the links of
 * workspaces lead into the copy: a mutant of service_kit affects every service.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { ROOT } from '../../scripts/root.ts'

const LEFT_OUT = ['.git', 'data', 'output', 'results', 'secrets']
const SCOPE = '@shop'
const { workspaces: WORKSPACES } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  workspaces: readonly string[]
}

export function copyTree(name: string): string {
  const copy = mkdtempSync(join(tmpdir(), `shop_mutants_${name}_`))
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
  cpSync(ROOT, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => {
      const parts = relative(ROOT, path).split(sep)
      return !parts.includes('node_modules') && !LEFT_OUT.some((left) => parts.at(-1) === left)
    },
  })
  for (const folder of ['.', ...WORKSPACES]) linkPackages(join(ROOT, folder), join(copy, folder))
  return copy
}

function linkPackages(from: string, to: string): void {
  const packages = join(from, 'node_modules')
  if (!existsSync(packages)) return
  mkdirSync(join(to, 'node_modules'))
  for (const name of readdirSync(packages)) {
    const target = join(to, 'node_modules', name)
    // Links of workspaces are relative, so their copies lead into the copy.
    if (name === SCOPE) cpSync(join(packages, name), target, { recursive: true, verbatimSymlinks: true })
    else symlinkSync(join(packages, name), target)
  }
}
