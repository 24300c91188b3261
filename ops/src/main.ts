/**
 * The operator's commands as one program, for an image beside the database of a cluster:
 * `node dist/main.mjs doctor --fix` is `npm run doctor -- --fix`.
 */
import { refuse } from '@shop/scripts/arguments'

const COMMANDS: Readonly<Record<string, () => Promise<unknown>>> = {
  accounts: () => import('@shop/scripts/accounts'),
  settings: () => import('@shop/scripts/settings'),
  backup: () => import('@shop/scripts/backup'),
  doctor: () => import('@shop/scripts/doctor'),
  migrate: () => import('@shop/scripts/migrate'),
  restore: () => import('@shop/scripts/restore'),
  'rotate-keys': () => import('@shop/scripts/rotate_keys'),
  seed: () => import('@shop/scripts/seed'),
}

/** Each command reads its own options from what follows its name. */
const [name] = process.argv.splice(2, 1)
const names = Object.keys(COMMANDS).join(', ')
if (name === undefined || name === '--help' || name === '-h') {
  process.stdout.write(
    `Usage: <command> [options]\n\nThe commands of the operator: ${names}.\n<command> --help lists its options.\n`,
  )
} else {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) refuse(`There is no command "${name}". There are: ${names}.`)
  await command()
}
