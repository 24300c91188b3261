/** The docker command, for the scripts that deploy. */
import { spawnSync } from 'node:child_process'
import { refuse } from '../arguments.ts'

export type Run = { readonly ok: boolean; readonly output: string; readonly error: string }

export function docker(args: readonly string[], env: NodeJS.ProcessEnv = {}, input?: string): Run {
  const { status, error, stdout, stderr } = spawnSync('docker', args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    ...(input !== undefined && { input }),
  })
  if (error) refuse('docker is not installed, or not on the PATH.')
  return { ok: status === 0, output: stdout.trim(), error: stderr.trim() }
}

/** The output; exits with the words of docker if it fails. */
export function dockerOr(sentence: string, ...run: Parameters<typeof docker>): string {
  const { ok, output, error } = docker(...run)
  return ok ? output : refuse(sentence, error)
}
