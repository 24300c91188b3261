import { useParams } from 'react-router'
import { ShopProblem } from '../../api/shop.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { NotFound } from '../../layout/not_found.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Stale } from '../../ui/stale.tsx'
import { Typed } from '../../ui/typed.tsx'
import { AdminPage, AdminPageSkeleton, BackLink, Panel } from '../parts.tsx'
import { Thumb } from '../pictures/thumb.tsx'
import { GenerateVariants } from './generate_variants.tsx'
import { GroupForm } from './group_form.tsx'
import { groupQuery } from './queries.ts'
import { Variants } from './variants.tsx'

export default function GroupPage() {
  const { id = '' } = useParams()
  const { data: group, error, dataUpdatedAt, refetch } = useAnswer(groupQuery(id))
  const gone = error instanceof ShopProblem && [400, 404].includes(error.status ?? 0)
  if (!group) {
    if (gone) return <NotFound />
    return error ? (
      <AdminPage>
        <ProblemNotice error={error} title={admin.groups.notShown} retry={refetch} />
      </AdminPage>
    ) : (
      <AdminPageSkeleton />
    )
  }
  return (
    <AdminPage>
      <div className="grid gap-3">
        <BackLink to="/admin/groups">{admin.groups.all}</BackLink>
        <div className="flex flex-wrap items-start gap-4 sm:items-center">
          <Thumb of={group} className="aspect-square w-16 shrink-0 rounded-md" />
          <div className="min-w-0 flex-1 basis-60">
            <PageTitle
              title={group.name}
              aside={
                group.status === 'published' && (
                  <ButtonLink to={`/products/${group.slug ?? id}`}>{admin.productPage.inShop}</ButtonLink>
                )
              }
            >
              <Typed>{group.name}</Typed>
            </PageTitle>
          </div>
        </div>
      </div>
      {gone && (
        <Notice live tone="warn" title={admin.productPage.gone}>
          {admin.productPage.goneMore}
        </Notice>
      )}
      <GroupForm group={group}>
        <Panel title={admin.groups.generate}>
          <GenerateVariants group={group} />
        </Panel>
      </GroupForm>
      <Variants group={group} />
      <Stale when={error !== null && !gone} at={dataUpdatedAt} />
    </AdminPage>
  )
}
