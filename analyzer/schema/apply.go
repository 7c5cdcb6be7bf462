package schema

import (
	pg "github.com/pganalyze/pg_query_go/v5"
)

// apply dispatches one statement.
func (l *loader) apply(node *pg.Node) {
	switch n := node.GetNode().(type) {
	case *pg.Node_CreateStmt:
		l.createTable(n.CreateStmt, KindTable)
	case *pg.Node_CreateForeignTableStmt:
		l.createTable(n.CreateForeignTableStmt.BaseStmt, KindForeign)
	case *pg.Node_IndexStmt:
		l.createIndex(n.IndexStmt)
	case *pg.Node_AlterTableStmt:
		l.alterTable(n.AlterTableStmt)
	case *pg.Node_RenameStmt:
		l.rename(n.RenameStmt)
	case *pg.Node_AlterObjectSchemaStmt:
		l.setSchema(n.AlterObjectSchemaStmt)
	case *pg.Node_DropStmt:
		l.drop(n.DropStmt)
	case *pg.Node_CreateTableAsStmt:
		l.createTableAs(n.CreateTableAsStmt)
	case *pg.Node_ViewStmt:
		l.createView(n.ViewStmt)
	case *pg.Node_SelectStmt:
		l.selectStatement(n.SelectStmt)
	case *pg.Node_CreateEnumStmt:
		l.addType(qualified(n.CreateEnumStmt.TypeName), &userType{})
	case *pg.Node_CreateDomainStmt:
		l.addType(qualified(n.CreateDomainStmt.Domainname), &userType{})
	case *pg.Node_CreateRangeStmt:
		l.addType(qualified(n.CreateRangeStmt.TypeName), &userType{})
	case *pg.Node_CompositeTypeStmt:
		l.createComposite(n.CompositeTypeStmt)
	case *pg.Node_DefineStmt:
		if n.DefineStmt.Kind == pg.ObjectType_OBJECT_TYPE {
			l.addType(qualified(n.DefineStmt.Defnames), &userType{})
		}
	case *pg.Node_CreateExtensionStmt:
		l.Extensions = append(without(l.Extensions, n.CreateExtensionStmt.Extname), n.CreateExtensionStmt.Extname)
	case *pg.Node_CreateFunctionStmt:
		f := n.CreateFunctionStmt
		l.addFunction(qualified(f.Funcname).Name, l.parameterTypes(f.Parameters), f.Options, true)
	case *pg.Node_AlterFunctionStmt:
		f := n.AlterFunctionStmt
		l.addFunction(qualified(f.Func.GetObjname()).Name, l.argumentTypes(f.Func), f.Actions, false)
	case *pg.Node_CreateSchemaStmt:
		l.createSchema(n.CreateSchemaStmt)
	case *pg.Node_CreateSeqStmt:
		if rv := n.CreateSeqStmt.Sequence; !l.isTemporary(rv) {
			l.cat.sequences[l.created(rv)] = true
		}
	case *pg.Node_AlterSeqStmt:
		l.alterSequence(n.AlterSeqStmt)
	case *pg.Node_VariableSetStmt:
		l.setVariable(n.VariableSetStmt)
	case *pg.Node_AlterDatabaseSetStmt:
		l.setDefault(nil, n.AlterDatabaseSetStmt.Dbname, n.AlterDatabaseSetStmt.Setstmt)
	case *pg.Node_AlterRoleSetStmt:
		role := n.AlterRoleSetStmt.Role
		if role == nil {
			role = &pg.RoleSpec{} // ALL
		}
		l.setDefault(role, n.AlterRoleSetStmt.Database, n.AlterRoleSetStmt.Setstmt)
	case *pg.Node_DoStmt:
		l.do(n.DoStmt)
	case *pg.Node_DropOwnedStmt, *pg.Node_ImportForeignSchemaStmt:
		l.problem("what this statement changes depends on the server")
	default:
		if !harmless(node) {
			l.problem("a statement that is not understood")
		}
	}
}

// harmless reports whether a statement changes nothing that is kept here.
func harmless(node *pg.Node) bool {
	switch node.GetNode().(type) {
	case *pg.Node_InsertStmt, *pg.Node_UpdateStmt, *pg.Node_DeleteStmt, *pg.Node_MergeStmt, *pg.Node_CopyStmt,
		*pg.Node_TruncateStmt, *pg.Node_CallStmt, *pg.Node_PrepareStmt, *pg.Node_ExecuteStmt, *pg.Node_DeallocateStmt,
		*pg.Node_DeclareCursorStmt, *pg.Node_FetchStmt, *pg.Node_ClosePortalStmt, *pg.Node_ExplainStmt,
		*pg.Node_CommentStmt, *pg.Node_SecLabelStmt, *pg.Node_AlterOwnerStmt, *pg.Node_ReassignOwnedStmt,
		*pg.Node_GrantStmt, *pg.Node_GrantRoleStmt, *pg.Node_AlterDefaultPrivilegesStmt,
		*pg.Node_CreateRoleStmt, *pg.Node_AlterRoleStmt, *pg.Node_DropRoleStmt,
		*pg.Node_CreatePolicyStmt, *pg.Node_AlterPolicyStmt, *pg.Node_RuleStmt,
		*pg.Node_CreateTrigStmt, *pg.Node_CreateEventTrigStmt, *pg.Node_AlterEventTrigStmt,
		*pg.Node_AlterDomainStmt, *pg.Node_AlterEnumStmt, *pg.Node_AlterTypeStmt,
		*pg.Node_AlterExtensionStmt, *pg.Node_AlterExtensionContentsStmt, *pg.Node_AlterObjectDependsStmt,
		*pg.Node_CreateStatsStmt, *pg.Node_AlterStatsStmt, *pg.Node_RefreshMatViewStmt, *pg.Node_ReindexStmt,
		*pg.Node_ClusterStmt, *pg.Node_VacuumStmt, *pg.Node_CheckPointStmt, *pg.Node_LockStmt,
		*pg.Node_VariableShowStmt, *pg.Node_DiscardStmt, *pg.Node_LoadStmt, *pg.Node_ConstraintsSetStmt,
		*pg.Node_TransactionStmt, *pg.Node_NotifyStmt, *pg.Node_ListenStmt, *pg.Node_UnlistenStmt,
		*pg.Node_CreatedbStmt, *pg.Node_DropdbStmt, *pg.Node_AlterDatabaseStmt, *pg.Node_AlterDatabaseRefreshCollStmt,
		*pg.Node_AlterSystemStmt, *pg.Node_CreateTableSpaceStmt, *pg.Node_DropTableSpaceStmt,
		*pg.Node_AlterTableSpaceOptionsStmt, *pg.Node_AlterTableMoveAllStmt,
		*pg.Node_CreateFdwStmt, *pg.Node_AlterFdwStmt, *pg.Node_CreateForeignServerStmt, *pg.Node_AlterForeignServerStmt,
		*pg.Node_CreateUserMappingStmt, *pg.Node_AlterUserMappingStmt, *pg.Node_DropUserMappingStmt,
		*pg.Node_CreateAmStmt, *pg.Node_CreatePlangStmt, *pg.Node_CreateOpClassStmt, *pg.Node_CreateOpFamilyStmt,
		*pg.Node_AlterOpFamilyStmt, *pg.Node_AlterOperatorStmt, *pg.Node_AlterCollationStmt,
		*pg.Node_CreateConversionStmt, *pg.Node_CreateCastStmt, *pg.Node_CreateTransformStmt,
		*pg.Node_AlterTsdictionaryStmt, *pg.Node_AlterTsconfigurationStmt,
		*pg.Node_CreatePublicationStmt, *pg.Node_AlterPublicationStmt,
		*pg.Node_CreateSubscriptionStmt, *pg.Node_AlterSubscriptionStmt, *pg.Node_DropSubscriptionStmt:
		return true
	}
	return false
}

func (l *loader) createSchema(n *pg.CreateSchemaStmt) {
	name := n.Schemaname
	if name == "" {
		name = n.Authrole.GetRolename()
	}
	outer := l.searchPath
	l.searchPath = append([]string{name}, outer...)
	for _, e := range n.SchemaElts {
		l.apply(e)
	}
	l.searchPath = outer
}

// setVariable honours SET search_path for the rest of the script.
func (l *loader) setVariable(n *pg.VariableSetStmt) {
	switch {
	case n.Kind == pg.VariableSetKind_VAR_RESET_ALL,
		n.Name == "search_path" && n.Kind != pg.VariableSetKind_VAR_SET_VALUE && n.Kind != pg.VariableSetKind_VAR_SET_CURRENT:
		l.searchPath = l.ownPath()
	case n.Name == "search_path" && n.Kind == pg.VariableSetKind_VAR_SET_VALUE:
		l.searchPath = without(schemasOf(n.Args), user)
	}
}

// selectStatement looks for SELECT INTO and set_config('search_path', ...).
func (l *loader) selectStatement(n *pg.SelectStmt) {
	if n.IntoClause != nil {
		into := n.IntoClause
		n.IntoClause = nil
		query := &pg.Node{Node: &pg.Node_SelectStmt{SelectStmt: n}}
		l.createTableAs(&pg.CreateTableAsStmt{Query: query, Into: into, Objtype: pg.ObjectType_OBJECT_TABLE})
		return
	}
	for _, value := range configured(n) {
		l.searchPath = without(schemasIn(value.GetAConst().GetSval().GetSval()), user)
	}
}
