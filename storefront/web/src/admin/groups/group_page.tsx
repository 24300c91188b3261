import { useNavigate, useParams } from 'react-router'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { ItemPage } from '../item_page.tsx'
import { Panel } from '../parts.tsx'
import { RemoveButton } from '../remove_item.tsx'
import { GenerateVariants } from './generate_variants.tsx'
import { GroupForm } from './group_form.tsx'
import { groupQuery } from './queries.ts'
import { Variants } from './variants.tsx'

export default function GroupPage() {
  const { id = '' } = useParams()
  const navigate = useNavigate()
  return (
    <ItemPage
      answer={useAnswer(groupQuery(id))}
      list={{ address: '/admin/groups', title: admin.groups.all }}
      inShop={({ slug }) => `/products/${slug ?? id}`}
      notShown={admin.groups.notShown}
    >
      {(group) => (
        <>
          <GroupForm group={group}>
            <Panel title={admin.groups.generate}>
              <GenerateVariants group={group} />
            </Panel>
          </GroupForm>
          <Variants group={group} />
          <RemoveButton
            kind="groups"
            item={group}
            label={admin.groups.remove}
            onRemoved={() => navigate('/admin/groups')}
          >
            <p>{admin.groups.removeMore(group.variants)}</p>
            <p className="mt-2">{admin.groups.removeOrders}</p>
          </RemoveButton>
        </>
      )}
    </ItemPage>
  )
}
