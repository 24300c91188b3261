/**
 * A small S3-compatible server for tests: objects in memory, and ListObjectsV2 with pages. It checks the signature of each request by
 * the specification of AWS (Signature Version 4), with node:crypto alone, and the SHA-256 of each body. It can fail on command.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { TestContext } from 'node:test'

export const S3_KEY = { region: 'eu-test-1', keyId: 'KEYOFTHETESTS', secret: 'secret/of+the/tests' }
export const S3_BUCKET = 'pictures'

/** What happens to a request instead of an answer, or to its answer. */
export type Fault = 'silent' | 'cut' | 'half' | 'html' | 'wrong_bytes' | number

type Stored = { readonly content: Buffer; readonly headers: Readonly<Record<string, string>> }
type Answer = readonly [status: number, text: string | Buffer, headers?: Readonly<Record<string, string>>]

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
/** As AWS encodes: everything but letters, digits and -._~ */
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
const problem = (status: number, code: string): Answer => [
  status,
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`,
  { 'content-type': 'application/xml' },
]

/** Why the signature is not accepted; undefined if it is right. */
function signatureFault(request: IncomingMessage, body: Buffer, now: number): string | undefined {
  const { headers, method, url } = request
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    )
  if (!parts) return 'AccessDenied'
  const [, keyId, day, region, names, signature] = parts as unknown as string[]
  if (keyId !== S3_KEY.keyId) return 'InvalidAccessKeyId'
  if (region !== S3_KEY.region) return 'AuthorizationHeaderMalformed'
  const signed = names!.split(';')
  const required = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))]
  if (!required.every((name) => signed.includes(name))) return 'AccessDenied'
  const time = String(headers['x-amz-date'])
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'))
  if (!time.startsWith(day!) || !(Math.abs(at - now) < 15 * 60_000)) return 'RequestTimeTooSkewed'
  if (headers['x-amz-content-sha256'] !== sha256(body)) return 'XAmzContentSHA256Mismatch'
  const { pathname, searchParams } = new URL(url!, 'http://s3')
  const query = [...searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort()
  const canonical = [
    method,
    pathname
      .split('/')
      .map((part) => encoded(decodeURIComponent(part)))
      .join('/'),
    query.join('&'),
    ...signed.map((name) => `${name}:${String(headers[name]).trim().replace(/\s+/g, ' ')}`),
    '',
    names,
    headers['x-amz-content-sha256'],
  ].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${S3_KEY.secret}`, day!), region!))
  const expected = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n'))
  return timingSafeEqual(expected, Buffer.from(signature!, 'hex')) ? undefined : 'SignatureDoesNotMatch'
}

/** With `countsFolders: false` a page has all folders, whatever `max-keys` says, as s3rver has them. */
export async function startS3(t: TestContext, { pageMax = 1_000, countsFolders = true } = {}) {
  const objects = new Map<string, Stored>()
  const seen: string[] = []
  const faults: (Fault | undefined)[] = []
  let always: Fault | undefined
  let underWay = 0
  let mostAtOnce = 0
  let clockMs = 0
  let delayMs = 0

  const list = (query: URLSearchParams): Answer => {
    const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? '']
    const token = query.get('continuation-token')
    const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64').toString()
    const max =
      countsFolders || delimiter === '' ? Math.min(Number(query.get('max-keys') ?? 1_000), pageMax) : Infinity
    const names = new Set<string>()
    const order = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
    for (const key of [...objects.keys()].sort(order)) {
      if (!key.startsWith(prefix)) continue
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
      const name = end < 0 ? key : key.slice(0, end + 1)
      // A group was listed if the page before ended with it.
      if (order(key, after) <= 0 || (name !== key && token !== null && order(name, after) <= 0)) continue
      names.add(name)
      if (names.size > max) break
    }
    const shown = [...names].slice(0, max)
    const isTruncated = names.size > max
    const name = (text: string) =>
      query.get('encoding-type') === 'url' ? encoded(text).replaceAll('%2F', '/') : text
    const body = [
      '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
      `<Prefix>${name(prefix)}</Prefix><IsTruncated>${isTruncated}</IsTruncated>`,
      isTruncated
        ? `<NextContinuationToken>${Buffer.from(shown.at(-1)!).toString('base64')}</NextContinuationToken>`
        : '',
      ...shown.map((each) =>
        delimiter !== '' && each.endsWith(delimiter)
          ? `<CommonPrefixes><Prefix>${name(each)}</Prefix></CommonPrefixes>`
          : `<Contents><Key>${name(each)}</Key><Size>${objects.get(each)!.content.length}</Size></Contents>`,
      ),
      '</ListBucketResult>',
    ]
    return [200, body.join(''), { 'content-type': 'application/xml' }]
  }

  const answerTo = (request: IncomingMessage, body: Buffer): Answer => {
    const fault = signatureFault(request, body, Date.now() + clockMs)
    if (fault !== undefined) return problem(fault === 'XAmzContentSHA256Mismatch' ? 400 : 403, fault)
    const { pathname, searchParams } = new URL(request.url!, 'http://s3')
    const [, bucket, ...rest] = pathname.split('/').map(decodeURIComponent)
    const key = rest.join('/')
    if (bucket !== S3_BUCKET) return problem(404, 'NoSuchBucket')
    if (request.method === 'GET' && key === '') return list(searchParams)
    if (request.method === 'GET') {
      const found = objects.get(key)
      return found ? [200, found.content, found.headers] : problem(404, 'NoSuchKey')
    }
    if (request.method === 'PUT') {
      const kept = Object.entries(request.headers).filter(
        ([name]) => name === 'content-type' || name.startsWith('x-amz-meta-'),
      )
      objects.set(key, { content: body, headers: Object.fromEntries(kept) as Record<string, string> })
      return [200, '']
    }
    if (request.method !== 'DELETE') return problem(405, 'MethodNotAllowed')
    objects.delete(key)
    return [204, '']
  }

  const send = (
    response: ServerResponse,
    [status, content, headers = {}]: Answer,
    fault: Fault | undefined,
  ) => {
    const bytes = Buffer.from(content as string)
    if (fault === 'html')
      return response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome</html>')
    if (fault === 'wrong_bytes') bytes.fill(0)
    response.writeHead(status, { ...headers, ...(status === 204 ? {} : { 'content-length': bytes.length }) })
    if (fault !== 'half') return response.end(bytes)
    return response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
  }

  const server = createServer(async (request, response) => {
    underWay += 1
    mostAtOnce = Math.max(mostAtOnce, underWay)
    response.once('close', () => {
      underWay -= 1
    })
    const body = await buffer(request).catch(() => undefined)
    if (!body) return
    const fault = faults.shift() ?? always
    seen.push(`${request.method} ${decodeURIComponent(request.url!)}`)
    if (fault === 'silent') return
    if (fault === 'cut') return response.destroy()
    if (typeof fault === 'number')
      return send(response, problem(fault, fault === 503 ? 'SlowDown' : 'InternalError'), fault)
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
    send(response, answerTo(request, body), fault)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    objects,
    /** Each request that arrived, in order. */
    seen,
    mostAtOnce: () => mostAtOnce,
    /** The next requests have these faults, one each, or none. */
    fail: (...next: (Fault | undefined)[]) => void faults.push(...next),
    /** Every request has this fault; undefined ends it. */
    failAlways(fault: Fault | undefined) {
      always = fault
    },
    setClock(ms: number) {
      clockMs = ms
    },
    delay(ms: number) {
      delayMs = ms
    },
  }
}
