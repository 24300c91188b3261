/**
 * Command lines of our scripts: `--help` for everyone, and nonsense refused in one sentence. An option that was typed
 * before npm's `--` counts too: npm keeps it for itself, as a variable (`npm start --demo` gives npm_config_demo).
 */
import { type ParseArgsOptionDescriptor, parseArgs } from 'node:util'

type Options = Readonly<Record<string, ParseArgsOptionDescriptor & { help: string }>>
type Values<O extends Options> = {
  [K in keyof O]?: O[K]['type'] extends 'boolean' ? boolean : string
}

export type Command<O extends Options> = {
  /** How it is typed, e.g. `npm start`. */
  readonly name: string
  readonly summary: string
  readonly options: O
  /** Words without dashes, when the command takes any. */
  readonly words?: string
  /** Printed below the options. */
  readonly notes?: string
}

/** Ends the process with one sentence; for faults that a person can mend. */
export function refuse(...sentences: readonly string[]): never {
  for (const sentence of sentences) process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

/** Reads the command line. `--help` prints and ends with 0; what is not understood ends with 1. */
export function readArguments<O extends Options>(
  command: Command<O>,
  argv: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): { values: Values<O>; words: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...optionsTakenByNpm(command, env), ...joinNegativeNumbers(command, argv)],
      options: { help: { type: 'boolean', short: 'h' }, ...command.options } as Options,
      allowPositionals: command.words !== undefined,
    })
    if (values.help === true) {
      process.stdout.write(usage(command))
      process.exit(0)
    }
    const empty = Object.keys(values).find((name) => values[name] === '')
    if (empty !== undefined) refuse(`--${empty} must not be empty.`)
    return { values: values as Values<O>, words: positionals }
  } catch (error) {
    const { message } = error as Error
    const [, without] =
      /^Option '(?:-\w, )?(--[\w-]+)[^']*' argument (?:missing|is ambiguous)/.exec(message) ?? []
    const [sentence] = without === undefined ? message.split(/\.?\n|\. /) : [`${without} needs a value`]
    refuse(`${sentence}. \`${command.name} -- --help\` lists what there is.`)
  }
}

/** A whole number between two bounds, or the end of the process. */
export function wholeNumber(name: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
    refuse(`${name} must be a whole number from ${minimum} to ${maximum}, not "${text}".`)
  }
  return value
}

/** `--products -5` says what it means, and the number can then be refused as one. */
function joinNegativeNumbers({ options }: Command<Options>, argv: readonly string[]): string[] {
  const joined: string[] = []
  for (const argument of argv) {
    const before = joined.at(-1) ?? ''
    if (/^-\d/.test(argument) && options[before.replace(/^--/, '')]?.type === 'string') {
      joined[joined.length - 1] = `${before}=${argument}`
    } else joined.push(argument)
  }
  return joined
}

/** npm has these too, so it takes them for no beginning of a longer one. */
const ALSO_OF_NPM = ['force', 'json', 'only', 'registry', 'tag']
/** Of npm's own it is in many an .npmrc, and always a URL, which a registry of images never is. */
const NEVER_OURS = ['registry']

/** Those of our options that npm kept, as they were typed. Only of the script npm runs: what it runs inherits them. */
function optionsTakenByNpm({ name, options }: Command<Options>, env: NodeJS.ProcessEnv): string[] {
  if (name.replace(/^npm (run )?/, '') !== env.npm_lifecycle_event) return []
  return Object.entries(options).flatMap(([option, { type }]) => {
    const positive = option.replace(/^no-/, '')
    const variable = `npm_config_${positive.replaceAll('-', '_')}`
    const kept = NEVER_OURS.includes(option) ? undefined : env[variable]
    if (kept === undefined) {
      const longer = Object.keys(env).find((key) => key.startsWith(variable))
      if (longer === undefined || ALSO_OF_NPM.includes(option)) return []
      const taken = longer.replace('npm_config_', '').replaceAll('_', '-')
      return refuse(
        `npm took --${option} for its own --${taken}. Put -- before it: ${name} -- --${option}${type === 'boolean' ? '' : ' <value>'}`,
      )
    }
    // npm has made `--no-demo` an empty npm_config_demo; of both, it keeps both.
    const values = kept.split('\n\n')
    if (type === 'boolean') return values.includes(positive === option ? 'true' : '') ? [`--${option}`] : []
    if (kept !== 'true') return [`--${option}=${kept}`]
    return refuse(`npm took --${option} for its own. Put -- before it: ${name} -- --${option} <value>`)
  })
}

function usage<O extends Options>({ name, summary, options, words, notes }: Command<O>): string {
  const rows = Object.entries<Options[string]>({
    ...options,
    help: { type: 'boolean', help: 'Show this.' },
  }).map(([option, { type, help }]) => [`--${option}${type === 'string' ? ' <value>' : ''}`, help] as const)
  const width = Math.max(...rows.map(([left]) => left.length))
  return [
    `${name} -- [options]${words === undefined ? '' : ` ${words}`}`,
    '',
    summary,
    '',
    ...rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
    ...(notes === undefined ? [] : ['', notes]),
    '',
  ].join('\n')
}
