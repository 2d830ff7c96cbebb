//! What calling a function does besides giving a value.

use countersign_model::{Verb, verbs};

use super::Dialect;
use super::host::Reach;

/// What a call is known to do.
#[derive(Debug, PartialEq)]
pub(super) struct Danger {
    pub verb: Verb,
    pub why: &'static str,
    /// What of the database's machine it reaches.
    pub reach: Option<Reach>,
}

/// What a call does; none where it only gives a value, `Some(None)` where nobody knows the function.
pub(super) fn called(name: &str, dialect: Dialect) -> Option<Option<Danger>> {
    let lower = name.to_ascii_lowercase();
    let lower = lower.strip_prefix("pg_catalog.").unwrap_or(&lower);
    if let Some(danger) = dangerous(lower) {
        return Some(Some(danger));
    }
    if is_harmless(lower, dialect) { None } else { Some(None) }
}

/// What a call is known to do besides giving a value.
pub(super) fn dangerous(name: &str) -> Option<Danger> {
    let plain = name.rsplit('.').next().unwrap_or(name);
    let reach = match plain {
        // What DuckDB and ClickHouse call so is known by what stands before it.
        "glob" => None,
        "file" if name != plain => None,
        _ => reach(plain),
    };
    if let Some(reach) = reach {
        return Some(Danger { verb: verbs::DB_EXECUTE, why: reach.why(), reach: Some(reach) });
    }
    let (verb, why) = other(name)?;
    Some(Danger { verb, why, reach: None })
}

/// What of the database's machine a call reaches.
fn reach(plain: &str) -> Option<Reach> {
    Some(match plain {
        "pg_read_file"
        | "pg_read_binary_file"
        | "pg_ls_dir"
        | "pg_stat_file"
        | "pg_ls_logdir"
        | "pg_ls_waldir"
        | "pg_ls_tmpdir"
        | "pg_ls_archive_statusdir"
        | "load_file"
        | "readfile"
        | "lsdir"
        | "fsdir"
        | "read_text"
        | "read_blob"
        | "file"
        | "openrowset"
        | "lo_import"
        | "pg_logdir_ls"
        | "xp_dirtree"
        | "xp_fileexist"
        | "xp_subdirs" => Reach::Reads,
        "lo_export" | "writefile" | "pg_file_write" | "pg_file_unlink" | "pg_file_rename"
        | "pg_file_sync" | "query_to_file" => Reach::Writes,
        "xp_cmdshell"
        | "sys_exec"
        | "sys_eval"
        | "load_extension"
        | "edit"
        | "shell"
        | "executable"
        | "sp_oacreate"
        | "sp_oamethod"
        | "sp_execute_external_script"
        | "xp_regwrite" => Reach::Runs,
        _ => return None,
    })
}

/// What else a call is known to do.
fn other(name: &str) -> Option<(Verb, &'static str)> {
    let plain = name.rsplit('.').next().unwrap_or(name);
    let found = match plain {
        "dblink"
        | "dblink_exec"
        | "dblink_connect"
        | "dblink_connect_u"
        | "dblink_send_query"
        | "dblink_open"
        | "postgres_query"
        | "mysql_query"
        | "sqlite_query"
        | "opendatasource"
        | "openquery"
        | "remote"
        | "remotesecure"
        | "url"
        | "s3"
        | "postgresql"
        | "mysql"
        | "http_get"
        | "http_post"
        | "http"
        | "net_http_get"
        | "net_http_post"
        | "aws_lambda_invoke"
        | "invoke"
        | "jdbc"
        | "odbc"
        | "hdfs"
        | "gcs"
        | "azureblobstorage"
        | "mongodb"
        | "redis"
        | "sqlite"
        | "deltalake"
        | "iceberg"
        | "external_query"
        | "postgres_execute"
        | "mysql_execute"
        | "postgres_scan"
        | "postgres_scan_pushdown"
        | "mysql_scan" => (verbs::DB_EXECUTE, "it reaches another server"),
        "query_to_xml"
        | "cursor_to_xml"
        | "query_to_xml_and_xmlschema"
        | "query_to_xmlschema"
        | "database_to_xml"
        | "schema_to_xml"
        | "eval"
        | "pg_reload_conf_and_run"
        | "ts_stat"
        | "ts_rewrite"
        | "crosstab"
        | "xpath_table"
        | "crosstabn"
        | "connectby" => (verbs::DB_EXECUTE, "it runs code that is given as text"),
        "pg_terminate_backend"
        | "pg_cancel_backend"
        | "pg_promote"
        | "pg_reload_conf"
        | "pg_rotate_logfile"
        | "pg_switch_wal"
        | "pg_switch_xlog"
        | "pg_create_restore_point"
        | "pg_start_backup"
        | "pg_stop_backup"
        | "pg_backup_start"
        | "pg_backup_stop"
        | "pg_wal_replay_pause"
        | "pg_wal_replay_resume"
        | "pg_create_physical_replication_slot"
        | "pg_create_logical_replication_slot"
        | "pg_drop_replication_slot"
        | "pg_replication_slot_advance"
        | "pg_logical_slot_get_changes"
        | "pg_logical_slot_get_binary_changes"
        | "pg_replication_origin_advance"
        | "pg_replication_origin_drop"
        | "pg_log_backend_memory_contexts"
        | "pg_import_system_collations" => (verbs::DB_EXECUTE, "it acts on the server itself"),
        "set_config" => (verbs::DB_PRIVILEGE, "it can change the role or switch a safeguard off"),
        "lo_unlink" => (verbs::DB_DESTROY, "it deletes a large object"),
        "nextval"
        | "setval"
        | "lo_create"
        | "lo_creat"
        | "lo_from_bytea"
        | "lo_put"
        | "lo_open"
        | "lo_write"
        | "lowrite"
        | "lo_truncate"
        | "lo_truncate64"
        | "pg_notify"
        | "pg_logical_emit_message"
        | "pg_stat_reset"
        | "pg_stat_statements_reset"
        | "pg_stat_reset_shared"
        | "pg_stat_reset_single_table_counters"
        | "last_insert_id_set"
        | "brin_summarize_new_values"
        | "gin_clean_pending_list"
        | "create_hypertable"
        | "add_retention_policy" => (verbs::DB_WRITE, "a function in it changes something"),
        "get_lock" | "release_lock" | "release_all_locks" => (verbs::DB_WRITE, "it takes or gives up a lock"),
        "sleep" | "pg_sleep" | "pg_sleep_for" | "pg_sleep_until" | "benchmark" => return None,
        _ if plain.starts_with("pg_advisory_") || plain.starts_with("pg_try_advisory_") => {
            (verbs::DB_WRITE, "it takes or gives up a lock")
        }
        _ if plain.starts_with("pg_stat_reset") => (verbs::DB_WRITE, "a function in it changes something"),
        _ if plain.starts_with("dblink_") => (verbs::DB_EXECUTE, "it reaches another server"),
        _ if plain.starts_with("dbms_")
            || plain.starts_with("utl_")
            || plain.starts_with("xp_")
            || plain.starts_with("sp_") =>
        {
            (verbs::DB_EXECUTE, "it runs a procedure of the system")
        }
        _ => return None,
    };
    Some(found)
}

/// Whether a function that is part of a system only gives a value.
fn is_harmless(name: &str, dialect: Dialect) -> bool {
    const FAMILIES: &[&str] = &[
        "json_",
        "jsonb_",
        "array_",
        "regexp_",
        "regr_",
        "st_",
        "to_",
        "date_",
        "time_",
        "string_",
        "range_",
        "ts_",
        "pg_get_",
        "has_",
        "inet_",
        "bit_",
        "percentile_",
        "list_",
        "map_",
        "str_",
        "is_",
        "extract_",
        "current_",
        "xpath",
        "txid_",
        "uuid",
        "gen_random_",
        "stddev",
        "var_",
        "covar_",
        "approx_",
        "parse_",
        "try_",
        "obj_",
    ];
    if name.contains('.') {
        let (schema, plain) = name.rsplit_once('.').unwrap_or(("", name));
        return matches!(schema, "information_schema" | "sys" | "extensions" | "public")
            && is_harmless(plain, dialect)
            && schema != "public";
    }
    let prefixes = FAMILIES.iter().any(|family| name.starts_with(family));
    let own = match dialect {
        Dialect::ClickHouse => !name.contains('_') || name.starts_with("system"),
        Dialect::DuckDb => ["read_csv", "read_parquet", "read_json", "parquet_", "duckdb_", "sniff_csv"]
            .iter()
            .any(|own| name.starts_with(own)),
        Dialect::Postgres
        | Dialect::MySql
        | Dialect::Sqlite
        | Dialect::MsSql
        | Dialect::Snowflake
        | Dialect::Generic => false,
    };
    prefixes || own || (!name.contains(' ') && HARMLESS.contains(&format!(" {name} ")))
}

/// Functions of the common systems that only give a value, one blank on each side.
const HARMLESS: &str = " \
    abbrev abs acos acosd acosh adddate addtime age akeys all any any_value app_name area arg_max arg_min \
    argmax argmin array asc ascii asin asinh atan atan2 atanh avals avg avgif benchmark bigint bin \
    bin_to_uuid bit_count bit_length bm25 bool bool_and bool_or boolean box broadcast btrim bytea \
    cardinality cast cbrt ceil ceiling center changes char char_length character_length charindex charset \
    checksum choose chr circle clock_timestamp coalesce coercibility col_description col_length col_name \
    collation columnproperty compress concat concat_ws connection_id conv convert convert_from convert_to \
    corr cos cosd cosh cosine_distance cot count count_big countif crc32 crypt cume_dist curdate \
    curtime database databasepropertyex datalength date date_trunc dateadd datediff datediff_big \
    datefromparts datename datepart daterange datetime datetime2 datetime_trunc day dayname dayofmonth \
    dayofweek dayofyear db_name decimal decode decompress degrees dense_rank diameter difference digest \
    div div0 dmetaphone double each earth_distance elt embedding encode ends_with entropy enum_first \
    enum_last enum_range eomonth epoch epoch_ms every exists exp export_set extract factorial family \
    farm_fingerprint field find_in_set first first_value flatten float floor format format_date \
    format_timestamp format_type found_rows from_base64 from_days from_unixtime gcd gen_salt \
    generate_array generate_date_array generate_series generate_subscripts get get_bit get_byte getdate \
    getutcdate getvariable greatest group_concat grouparray grouping grouping_sets hash hashbytes height \
    hex highlight histogram hmac host host_name hostmask hour hstore ident ieee_divide if iff ifnull iif \
    ilike in index index_col inet6_aton inet6_ntoa initcap inner_product instr int int4range int8range \
    integer interpolate interval inverse isempty isfinite isjson isnull isnumeric json json_valid jsonb \
    julianday justify_days justify_hours kurtosis l2_distance lag last last_day last_insert_id \
    last_insert_rowid last_value lastval lcase lcm lead least left len length levenshtein like likelihood \
    likely line listagg ll_to_earth ln localtime localtimestamp locate locf log log10 log2 lower lower_inc \
    lpad lquery ltrim mad make_date make_interval make_time make_timestamp make_timestamptz makedate \
    maketime mask masklen matchinfo max md5 median metaphone microsecond mid min min_scale minmax minute \
    mod mode money month monthname name_const nchar net netmask network newid next_day nlevel normalize \
    now nth_value ntile nullif num_nonnulls num_nulls numeric nummultirange numnode numrange nvl nvl2 \
    obj_description object_id object_name objectproperty octet_length offset offsets oid ord ordinal \
    overlay path period_add period_diff pg_available_extensions pg_backend_pid pg_blocking_pids \
    pg_column_size pg_conf_load_time pg_current_wal_lsn pg_database_size pg_encoding_to_char \
    pg_function_is_visible pg_get_userbyid pg_index_column_has_property pg_indexes_size pg_input_is_valid \
    pg_is_in_recovery pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp \
    pg_listening_channels pg_lock_status pg_lsn pg_my_temp_schema pg_options_to_table pg_partition_root \
    pg_partition_tree pg_postmaster_start_time pg_prepared_statement pg_relation_filenode pg_relation_size \
    pg_safe_snapshot_blocking_pids pg_show_all_settings pg_size_bytes pg_size_pretty pg_sleep \
    pg_snapshot_xmin pg_stat_get_activity pg_stat_statements pg_table_is_visible pg_table_size \
    pg_tablespace_size pg_timezone_names pg_total_relation_size pg_trigger_depth pg_type_is_visible \
    pg_typeof pg_visible_in_snapshot pg_wal_lsn_diff phraseto_tsquery pi plainto_tsquery point polygon \
    position pow power pragma_database_list pragma_foreign_key_list pragma_index_info pragma_index_list \
    pragma_table_info pragma_table_list printf product quantile quantile_cont quarter querytree quote \
    quote_ident quote_literal quote_nullable quotename radians radius rand random randomblob rank \
    read_csv_auto_schema real regclass regexp repeat replace replicate reservoir_quantile reverse right \
    round row row_count row_number row_to_json rowcount rowid rpad rtreecheck rtrim safe_cast safe_divide \
    scale schema schema_name scope_identity second seconds serverproperty session_user set_bit set_byte \
    set_masklen setseed setweight sha sha1 sha2 sha224 sha256 sha384 sha512 shobj_description sign signed \
    similarity sin sind sinh skewness skeys sleep smallint snippet some soundex space split_part \
    sqlite_compileoption_get sqlite_source_id sqlite_version sqrt square starts_with statement_timestamp \
    strcmp strftime string_agg strip strpos strptime struct stuff subdate subltree subpath substr \
    substring substring_index subtime subtype sum sumif sumkahan suser_name suser_sname svals switch \
    sysdate sysdatetime system_user sysutcdatetime tan tand tanh text time time_bucket time_bucket_gapfill \
    timediff timeofday timestamp timestamp_trunc timestampadd timestampdiff timestamptz timezone \
    to_tsquery to_tsvector todate todatetime today toplevel tostartofmonth tostring total total_changes \
    toyyyymm transaction_timestamp translate trim trim_array trunc truncate tsquery tsrange tstzrange \
    tsvector type_name typeof ucase unaccent uncompress unhex unicode uniq uniqexact unistr unix_timestamp \
    unixepoch unlikely unnest unpack unsigned updatexml upper upper_inc user user_name utc_date utc_time \
    utc_timestamp validate_password_strength value values varchar variance version websearch_to_tsquery \
    week weekday weekofyear width width_bucket word_similarity xmlagg xmlconcat xmlelement xmlforest year \
    years yearweek yesterday zeroblob zeroifnull zone ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_functions_are_harmless() {
        for name in
            ["count", "COALESCE", "pg_catalog.now", "json_build_object", "pg_size_pretty", "row_number"]
        {
            assert_eq!(called(name, Dialect::Postgres), None, "{name}");
        }
        for name in ["archive_orders", "public.count", "pg_terminate_backend", "shop.to_archive"] {
            assert!(called(name, Dialect::Postgres).is_some(), "{name}");
        }
    }
}
