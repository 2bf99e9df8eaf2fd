//! The tables as diesel sees them: one schema for both databases, text, numbers and flags only.
//!
//! `tests/it/migrations.rs` compares it with what the migrations of each database really make.

diesel::table! {
    scopes (id) {
        id -> Text,
        name -> Text,
        mode -> Text,
        time_zone -> Text,
        settings -> Text,
        bot -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    channels (id) {
        id -> Text,
        scope_id -> Text,
        kind -> Text,
        name -> Text,
        public_key -> Text,
        identity_secret -> Text,
        settings -> Text,
        enabled -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    members (id) {
        id -> Text,
        email -> Text,
        name -> Text,
        password_hash -> Nullable<Text>,
        disabled -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    memberships (member_id, scope_id) {
        member_id -> Text,
        scope_id -> Text,
        role -> Text,
    }
}

diesel::table! {
    logins (id) {
        id -> Text,
        member_id -> Text,
        token_hash -> Text,
        csrf_token -> Text,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    invitations (id) {
        id -> Text,
        member_id -> Text,
        token_hash -> Text,
        purpose -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        scope_id -> Text,
        member_id -> Text,
        name -> Text,
        key_hash -> Text,
        role -> Text,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    contacts (id) {
        id -> Text,
        scope_id -> Text,
        channel_id -> Text,
        external_id -> Nullable<Text>,
        name -> Text,
        email -> Nullable<Text>,
        verified -> Bool,
        attributes -> Text,
        token_generation -> BigInt,
        first_seen -> BigInt,
    }
}

diesel::table! {
    conversations (id) {
        id -> Text,
        scope_id -> Text,
        channel_id -> Text,
        contact_id -> Text,
        version -> BigInt,
        status -> Text,
        assignee_id -> Nullable<Text>,
        assignee_name -> Nullable<Text>,
        handled_by -> Nullable<Text>,
        epoch -> BigInt,
        episode -> BigInt,
        turn -> Nullable<BigInt>,
        bot_messages -> BigInt,
        first_text -> Text,
        preview_by -> Nullable<Text>,
        preview_text -> Nullable<Text>,
        opened_at -> BigInt,
        last_at -> BigInt,
        waiting_since -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        end_reason -> Nullable<Text>,
        rated -> Bool,
        rating -> Nullable<BigInt>,
        session -> Text,
        tags -> Text,
        replied_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    entries (conversation_id, seq) {
        conversation_id -> Text,
        seq -> BigInt,
        at -> BigInt,
        author_kind -> Text,
        author_id -> Nullable<Text>,
        author_name -> Nullable<Text>,
        client_id -> Nullable<Text>,
        kind -> Text,
        body -> Text,
    }
}

diesel::table! {
    feedback (conversation_id, episode) {
        conversation_id -> Text,
        episode -> BigInt,
        rating -> Nullable<BigInt>,
        comment -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    episodes (conversation_id, number) {
        conversation_id -> Text,
        number -> BigInt,
        scope_id -> Text,
        channel_id -> Text,
        began_at -> BigInt,
        begun -> Text,
        queued_at -> Nullable<BigInt>,
        waiting_since -> Nullable<BigInt>,
        waited -> Nullable<BigInt>,
        joined_at -> Nullable<BigInt>,
        owner_id -> Nullable<Text>,
        owned_since -> Nullable<BigInt>,
        handled -> BigInt,
        replied_at -> Nullable<BigInt>,
        replied_by -> Nullable<Text>,
        ended_at -> Nullable<BigInt>,
        end_reason -> Nullable<Text>,
        rating -> Nullable<BigInt>,
    }
}

diesel::table! {
    reads (conversation_id, reader) {
        conversation_id -> Text,
        reader -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    audit (id) {
        id -> Text,
        scope_id -> Nullable<Text>,
        at -> BigInt,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        actor_name -> Text,
        action -> Text,
        object -> Text,
        address -> Nullable<Text>,
        details -> Text,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        scope_id -> Text,
        conversation_id -> Nullable<Text>,
        topic -> Text,
        payload -> Text,
        created_at -> BigInt,
        attempts -> BigInt,
        next_at -> BigInt,
        leased_until -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        done_at -> Nullable<BigInt>,
        channel_id -> Nullable<Text>,
        seq -> Nullable<BigInt>,
        waits_for -> Nullable<Text>,
    }
}

diesel::table! {
    inbox (id) {
        id -> Text,
        channel_id -> Text,
        event_key -> Text,
        message_key -> Nullable<Text>,
        contact_key -> Nullable<Text>,
        raw -> Text,
        received_at -> BigInt,
        state -> Text,
        attempts -> BigInt,
        next_at -> BigInt,
        last_error -> Nullable<Text>,
        about_key -> Nullable<Text>,
    }
}

diesel::table! {
    coming_files (id) {
        id -> Text,
        channel_id -> Text,
        scope_id -> Text,
        contact_id -> Text,
        conversation_id -> Text,
        seq -> BigInt,
        name -> Text,
        reference -> Text,
        created_at -> BigInt,
        state -> Text,
        attempts -> BigInt,
        next_at -> BigInt,
        held -> Bool,
    }
}

diesel::table! {
    known_messages (channel_id, message_key) {
        channel_id -> Text,
        message_key -> Text,
        conversation_id -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    deliveries (id) {
        id -> Text,
        channel_id -> Text,
        conversation_id -> Text,
        seq -> BigInt,
        part -> BigInt,
        attempt -> BigInt,
        at -> BigInt,
        outcome -> Text,
        state -> Text,
        provider_id -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    early_reports (channel_id, provider_id, state) {
        channel_id -> Text,
        provider_id -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    routes (channel_id, contact_key) {
        channel_id -> Text,
        contact_key -> Text,
        address -> Text,
        last_in_at -> BigInt,
    }
}

diesel::table! {
    channel_secrets (channel_id, name) {
        channel_id -> Text,
        name -> Text,
        key_name -> Text,
        sealed -> Text,
        set_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    channel_faults (channel_id) {
        channel_id -> Text,
        reason -> Text,
        since -> BigInt,
    }
}

diesel::table! {
    gateway_sessions (channel_id) {
        channel_id -> Text,
        session_id -> Text,
        url -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    mailboxes (channel_id) {
        channel_id -> Text,
        place -> Text,
        uid_validity -> BigInt,
        last_uid -> BigInt,
    }
}

diesel::table! {
    meta (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    canned_replies (id) {
        id -> Text,
        scope_id -> Text,
        owner_id -> Nullable<Text>,
        shortcut -> Text,
        title -> Text,
        text -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    tags (scope_id, name) {
        scope_id -> Text,
        name -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    conversation_tags (scope_id, tag, conversation_id) {
        scope_id -> Text,
        tag -> Text,
        conversation_id -> Text,
    }
}

diesel::table! {
    files (id) {
        id -> Text,
        scope_id -> Text,
        contact_id -> Text,
        member_id -> Nullable<Text>,
        conversation_id -> Nullable<Text>,
        internal -> Bool,
        name -> Text,
        media_type -> Text,
        size -> BigInt,
        width -> Nullable<BigInt>,
        height -> Nullable<BigInt>,
        object_key -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    push_subscriptions (login_id) {
        login_id -> Text,
        member_id -> Text,
        endpoint -> Text,
        p256dh -> Text,
        auth -> Text,
        wishes -> Text,
        wording -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    mentions (member_id, conversation_id) {
        member_id -> Text,
        conversation_id -> Text,
        scope_id -> Text,
        seq -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    avatars (id) {
        id -> Text,
        member_id -> Text,
        media_type -> Text,
        size -> BigInt,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    webhooks (id) {
        id -> Text,
        scope_id -> Text,
        url -> Text,
        events -> Text,
        enabled -> Bool,
        off_reason -> Nullable<Text>,
        failing_since -> Nullable<BigInt>,
        created_at -> BigInt,
        key_name -> Text,
        sealed -> Text,
        old_key_name -> Nullable<Text>,
        old_sealed -> Nullable<Text>,
        old_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    webhook_events (id) {
        id -> Text,
        webhook_id -> Text,
        scope_id -> Text,
        conversation_id -> Nullable<Text>,
        seq -> Nullable<BigInt>,
        contact_id -> Nullable<Text>,
        kind -> Text,
        detail -> Nullable<Text>,
        at -> BigInt,
        attempts -> BigInt,
        next_at -> BigInt,
        held -> Bool,
        done_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    webhook_tries (id) {
        id -> Text,
        webhook_id -> Text,
        event_id -> Text,
        kind -> Text,
        attempt -> BigInt,
        at -> BigInt,
        outcome -> Text,
        status -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        next_at -> Nullable<BigInt>,
    }
}

diesel::joinable!(memberships -> members (member_id));
diesel::joinable!(memberships -> scopes (scope_id));
diesel::joinable!(logins -> members (member_id));
diesel::joinable!(invitations -> members (member_id));
diesel::joinable!(api_keys -> members (member_id));
diesel::joinable!(conversations -> contacts (contact_id));
diesel::joinable!(entries -> conversations (conversation_id));
diesel::joinable!(feedback -> conversations (conversation_id));

diesel::allow_tables_to_appear_in_same_query!(
    api_keys,
    audit,
    avatars,
    canned_replies,
    channel_faults,
    channel_secrets,
    channels,
    coming_files,
    contacts,
    conversation_tags,
    conversations,
    deliveries,
    early_reports,
    entries,
    episodes,
    feedback,
    files,
    gateway_sessions,
    inbox,
    invitations,
    known_messages,
    logins,
    mailboxes,
    members,
    memberships,
    mentions,
    meta,
    outbox,
    push_subscriptions,
    reads,
    routes,
    scopes,
    tags,
    webhook_events,
    webhook_tries,
    webhooks,
);
