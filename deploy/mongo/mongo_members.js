/**
 * Run by mongosh for `npm run stack:database`: waits until every member of the replica set is PRIMARY or SECONDARY and
 * caught up, and names the primary. With MONGO_STEP_DOWN=mongo2 it first makes another member the primary, if that one is.
 * It changes nothing else.
 */
const fs = require('node:fs')

const FOLDER = process.env.MONGO_SECRETS_FOLDER ?? '/run/secrets'
const MEMBERS = (process.env.MONGO_MEMBERS ?? 'mongo1:27017,mongo2:27017,mongo3:27017').split(',')
const WAIT_MS = Number(process.env.MONGO_WAIT_MS || 0)
const STEP_DOWN = process.env.MONGO_STEP_DOWN ?? ''
/** A member that is further behind its primary has not caught up. */
const LAG_MS_MAX = 2000
const PAUSE_MS = 1000
const STEP_DOWN_SECONDS = 60
const CATCH_UP_SECONDS = 30

const password = fs
  .readFileSync(`${FOLDER}/mongo_root_password`, 'utf8')
  .replace(/^\uFEFF/, '')
  .replace(/[\r\n]+$/, '')
const options = `replicaSet=rs0&serverSelectionTimeoutMS=3000&${process.env.MONGO_URL_OPTIONS ?? ''}`
const url = `mongodb://root:${encodeURIComponent(password)}@${MEMBERS.join(',')}/admin?${options}`

const status = async () => (await connect(url)).adminCommand({ replSetGetStatus: 1 })

/** Why the set is not healthy, or the name of its primary. */
async function look() {
  const { members } = await status()
  const bad = members.find(({ stateStr }) => stateStr !== 'PRIMARY' && stateStr !== 'SECONDARY')
  if (bad) return { why: `${bad.name} is ${bad.stateStr}` }
  const primary = members.find(({ stateStr }) => stateStr === 'PRIMARY')
  if (!primary) return { why: 'there is no primary' }
  const late = members.find(({ optimeDate }) => primary.optimeDate - optimeDate > LAG_MS_MAX)
  if (late) return { why: `${late.name} is ${(primary.optimeDate - late.optimeDate) / 1000} s behind` }
  return { primary: primary.name }
}

/** Waits for `wanted`; the last reason why it is not so is the error. */
async function until(wanted) {
  for (const end = Date.now() + WAIT_MS; ; await sleep(PAUSE_MS)) {
    const seen = await look().catch((error) => ({ why: error.message }))
    const why = seen.why ?? wanted(seen.primary)
    if (why === undefined) return seen.primary
    if (Date.now() > end) throw new Error(why)
  }
}

async function main() {
  const isStill = (primary) =>
    primary.split(':')[0] === STEP_DOWN ? `${primary} is still the primary` : undefined
  let primary = await until(() => undefined)
  if (isStill(primary)) {
    const admin = await connect(url)
    // It may close the connection before it answers: what counts is who is primary afterwards.
    const command = { replSetStepDown: STEP_DOWN_SECONDS, secondaryCatchUpPeriodSecs: CATCH_UP_SECONDS }
    const answer = await Promise.resolve(admin.adminCommand(command)).catch((error) => error)
    if (answer?.codeName === 'ExceededTimeLimit') throw answer
    primary = await until(isStill)
  }
  print(`primary ${primary.split(':')[0]}`)
}

main().catch((error) => {
  print(`The replica set is not healthy: ${error.message}`)
  process.exit(1)
})
