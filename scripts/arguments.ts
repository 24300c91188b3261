/**
 * The command lines of our scripts: each has `--help`, and an invalid argument is refused in one sentence. An option
 * typed before npm's `--` counts too: npm removes it and sets a variable (`npm start --demo` sets npm_config_demo).
 */
import { availableParallelism } from 'node:os'
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
  /** The arguments without dashes, as the usage line shows them, if the command takes any. */
  readonly words?: string
  /** Printed below the options. */
  readonly notes?: string
}

/** Prints the sentences and exits with 1. For errors that the user can fix. */
export function refuse(...sentences: readonly string[]): never {
  for (const sentence of sentences) process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

/** Reads the command line. `--help` prints the usage and exits with 0; an invalid argument exits with 1. */
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
    refuse(`${sentence}. \`${command.name} -- --help\` lists the options.`)
  }
}

/** A whole number between two bounds; exits with 1 if the text is none. */
export function wholeNumber(name: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
    refuse(`${name} must be a whole number from ${minimum} to ${maximum}, not "${text}".`)
  }
  return value
}

/** The option as a whole number between two bounds; without it, `otherwise`. */
export const numberOption = <Name extends string, Otherwise>(
  values: { readonly [option in Name]?: string },
  name: Name,
  otherwise: Otherwise,
  minimum: number,
  maximum: number,
): number | Otherwise => {
  const text = values[name]
  return text === undefined ? otherwise : wholeNumber(`--${name}`, text, minimum, maximum)
}

const JOBS_MAX = 64

/** Processes at once; without the option, one per core. */
export const jobsOption = (values: { readonly jobs?: string }): number =>
  numberOption(values, 'jobs', availableParallelism(), 1, JOBS_MAX)

/** parseArgs takes `-5` for an option: `--products -5` becomes `--products=-5`, so that the number itself is refused. */
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

/** Options that npm has too: it does not take them for the beginning of a longer name. */
const SHARED_WITH_NPM = ['force', 'json', 'only', 'registry', 'tag']
/** Never read from npm's variables: many .npmrc files set it, for packages. */
const ONLY_OF_NPM = ['registry']

/** The options that npm removed from the command line. Only for the script that npm runs: its child processes inherit the variables. */
function optionsTakenByNpm({ name, options }: Command<Options>, env: NodeJS.ProcessEnv): string[] {
  if (name.replace(/^npm (run )?/, '') !== env.npm_lifecycle_event) return []
  return Object.entries(options).flatMap(([option, { type }]) => {
    const positive = option.replace(/^no-/, '')
    const variable = `npm_config_${positive.replaceAll('-', '_')}`
    const text = ONLY_OF_NPM.includes(option) ? undefined : env[variable]
    if (text === undefined) {
      const longer = Object.keys(env).find((key) => key.startsWith(variable))
      if (longer === undefined || SHARED_WITH_NPM.includes(option)) return []
      const npmOption = longer.replace('npm_config_', '').replaceAll('_', '-')
      return refuse(
        `npm took --${option} for its own --${npmOption}. Put -- before it: ${name} -- --${option}${type === 'boolean' ? '' : ' <value>'}`,
      )
    }
    // `--no-demo` makes npm_config_demo empty. Typed both ways, the variable holds both values.
    const values = text.split('\n\n')
    if (type === 'boolean') return values.includes(positive === option ? 'true' : '') ? [`--${option}`] : []
    if (text !== 'true') return [`--${option}=${text}`]
    return refuse(`npm took --${option} for its own. Put -- before it: ${name} -- --${option} <value>`)
  })
}

function usage<O extends Options>({ name, summary, options, words, notes }: Command<O>): string {
  const rows = Object.entries<Options[string]>({
    ...options,
    help: { type: 'boolean', help: 'Show this help.' },
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
