import { examine } from '../../scripts/doctor/examination.ts'
import type { Report } from '../../scripts/doctor/findings.ts'
import { PLACEHOLDER_SECRETS, planShop } from '../../scripts/plan.ts'
import type { World } from './running.ts'

/** What `npm run doctor` does between its arguments and its output, in this process. */
export const examined = ({ env }: Pick<World, 'env'>, fix = false): Promise<Report> =>
  examine(planShop(env, PLACEHOLDER_SECRETS), { fix })
