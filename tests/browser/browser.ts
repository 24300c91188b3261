/** The browser the tests drive: the machine's own Chromium. Where there is none, the suites say so and are skipped. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const path = [process.env.CHROMIUM_PATH, ...PLACES].find((place) => place && existsSync(place))

/** For `suite(name, { skip: noBrowser }, …)`: false, or why the suite cannot run. */
export const noBrowser: string | false =
  path === undefined && 'no Chromium found; install it (apt-get install chromium) or set CHROMIUM_PATH'

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: path!, headless: true, args: ARGUMENTS })
