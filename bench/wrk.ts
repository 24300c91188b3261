/**
 * The load: `wrk` with a Lua script for each round. It keeps its connections busy all the time (a closed loop), so the rate
 * determines the latency: with 64 connections p50 is about 64 / rate.
 */
import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

export type Load = {
  readonly origin: string
  /** Lua that fills `requests` (whole HTTP requests, sent in turn) or defines `request`. */
  readonly lua: string
}

export type Round = {
  readonly requests: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Answers with a status above 399, and requests without a usable answer. */
  readonly failed: number
  /** CPU time of all processes behind an answer; other work on the machine changes it least. */
  readonly cpuUs?: number
}

const MARK = 'RESULT '

/** For one thread, which is enough for these rates and leaves the cores to the services. */
const SHARED_LUA = `
requests, sent = {}, 0
function lines(file)
  local all = {}
  for line in io.lines(file) do all[#all + 1] = line end
  return all
end
function request()
  sent = sent + 1
  return requests[sent % #requests + 1]
end
function done(summary, latency)
  local errors = summary.errors
  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format('${MARK}{"requests":%d,"us":%d,"p50":%f,"p99":%f,"failed":%d}\\n', summary.requests,
    summary.duration, latency:percentile(50), latency:percentile(99), failed))
end
`

export function requireWrk(): void {
  if (spawnSync('wrk', ['--version']).error) {
    process.stderr.write('`wrk` is not installed: `apt-get install wrk` or `brew install wrk`.\n')
    process.exit(1)
  }
}

/** GET of each path in turn, in the order given. */
export function getting(origin: string, paths: readonly string[], folder: string, token?: string): Load {
  const file = join(folder, `paths-${crypto.randomUUID()}.txt`)
  writeFileSync(file, paths.join('\n'))
  const authorization = token === undefined ? '' : `wrk.headers['Authorization'] = 'Bearer ${token}'`
  return {
    origin,
    lua: `
function init()
  ${authorization}
  for i, path in ipairs(lines('${file}')) do requests[i] = wrk.format('GET', path) end
end`,
  }
}

export type Buying = {
  readonly origin: string
  readonly products: readonly string[]
  readonly tokens: readonly string[]
  readonly price: string
}

/** POST /orders of one unit: each request has a new key; products and buyers take turns. */
export function buying({ origin, products, tokens, price }: Buying, folder: string): Load {
  const name = crypto.randomUUID()
  const productFile = join(folder, `products-${name}.txt`)
  const tokenFile = join(folder, `tokens-${name}.txt`)
  writeFileSync(productFile, products.join('\n'))
  writeFileSync(tokenFile, tokens.join('\n'))
  return {
    origin,
    lua: `
local products, tokens = lines('${productFile}'), lines('${tokenFile}')
local attempt = string.format('%d-%d-', os.time(), ROUND)
function request()
  sent = sent + 1
  local body = '{"product_id":"' .. products[sent % #products + 1] .. '","quantity":1,"total_price":"${price}"}'
  return 'POST /orders HTTP/1.1\\r\\nHost: shop\\r\\nContent-Type: application/json\\r\\nAuthorization: Bearer '
    .. tokens[sent % #tokens + 1] .. '\\r\\nIdempotency-Key: ' .. attempt .. sent
    .. '\\r\\nContent-Length: ' .. #body .. '\\r\\n\\r\\n' .. body
end`,
  }
}

export type Sending = {
  readonly origin: string
  readonly method: string
  readonly path: string
  readonly tokens: readonly string[]
  readonly body: object
  /** A new id after the path, instead of a new key. */
  readonly eachPath?: boolean
}

/** The same body again and again, with a new key or to a new thing each time. */
export function sending({ origin, method, path, tokens, body, eachPath = false }: Sending): Load {
  const text = JSON.stringify(body)
  return {
    origin,
    lua: `
local tokens = { ${tokens.map((token) => `'${token}'`).join(', ')} }
local attempt = string.format('%08x-%04x-7000-8000-', os.time(), ROUND)
function request()
  sent = sent + 1
  local id = attempt .. string.format('%012x', sent)
  return '${method} ${path}' .. ${eachPath ? 'id' : "''"} .. ' HTTP/1.1\\r\\nHost: shop\\r\\nContent-Type: application/json\\r\\nAuthorization: Bearer '
    .. tokens[sent % #tokens + 1] .. '\\r\\nIdempotency-Key: ' .. id
    .. '\\r\\nContent-Length: ${Buffer.byteLength(text)}\\r\\n\\r\\n' .. [==[${text}]==]
end`,
  }
}

const run = promisify(execFile)
let rounds = 0

export async function runWrk(
  { origin, lua }: Load,
  { seconds, connections, folder }: { seconds: number; connections: number; folder: string },
): Promise<Round> {
  rounds += 1
  const script = join(folder, `round-${rounds}.lua`)
  writeFileSync(script, `ROUND = ${rounds}\n${SHARED_LUA}\n${lua}`)
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script, origin]
  const { stdout } = await run('wrk', args)
  const line = stdout.split('\n').find((text) => text.startsWith(MARK))
  if (!line) throw new Error(`wrk gave no result:\n${stdout}`)
  const { requests, us, p50, p99, failed } = JSON.parse(line.slice(MARK.length))
  return { requests, perSecond: requests / (us / 1e6), p50Ms: p50 / 1000, p99Ms: p99 / 1000, failed }
}
