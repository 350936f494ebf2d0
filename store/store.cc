#include "store/store.h"

namespace doorward::store {

std::string_view text_of(StoreError error) {
  switch (error) {
    case StoreError::unknown:
      return "The store could not tell whether the change was written; restart doorward and look.";
    case StoreError::full:
      return "The disk of the store is full; nothing was written. Make space and try again.";
    case StoreError::io:
      return "The store could not be read or written; look at the disk and the file's permissions.";
    case StoreError::busy:
      return "Another process holds the store; try again.";
    case StoreError::rolled_back:
      return "The change was withdrawn; nothing was written.";
    case StoreError::closure_failed:
      return "The change broke a rule of the store and was not written; this is a fault of "
             "doorward.";
    case StoreError::newer_schema:
      return "The store was made by a newer doorward; install that version or restore a backup.";
    case StoreError::not_a_store:
      return "The file is no doorward store, or it is damaged; restore a backup.";
    case StoreError::in_use:
      return "A doorward server already runs on this store; stop it first.";
    case StoreError::wrong_data_key:
      return "The data key is not the one that sealed this store; use the key it was made with.";
    case StoreError::stopping:
      return "The store is closing; try again after the restart.";
  }
  return {};
}

std::string_view text_of(Conflict conflict) {
  switch (conflict) {
    case Conflict::slug_taken:
      return "An organisation has or had this slug; choose another.";
    case Conflict::id_taken:
      return "A connection has or had this id; choose another.";
    case Conflict::acs_taken:
      return "Another connection has this ACS URL with the same IdP entity id.";
    case Conflict::entity_pair_taken:
      return "Another connection has this SP entity id with the same IdP entity id.";
    case Conflict::domain_taken:
      return "Another organisation holds the domain.";
    case Conflict::not_found:
      return "There is no such connection in this organisation.";
  }
  return {};
}

std::string_view name_of(Opened opened) {
  switch (opened) {
    case Opened::opened:
      return "opened";
    case Opened::again:
      return "again";
    case Opened::denied:
      return "denied";
    case Opened::too_many:
      return "too_many";
  }
  return {};
}

std::optional<jit::HeldInvitation> Tx::held_invitation(std::string_view token_hash) {
  auto invitation = find_invitation(token_hash);
  if (!invitation) return std::nullopt;
  jit::HeldInvitation held;
  held.invited = find_member(invitation->member);
  held.inviter = find_member(base::MemberId(invitation->inviter));
  held.invitation = std::move(*invitation);
  return held;
}

std::string key_aad(const KeyRecord& record) {
  // No part can hold the separator: all are slugs or ULIDs.
  return "doorward key_pair|" + record.org.str() + "|" + record.connection.str() + "|" + record.id +
         "|sealed_pem";
}

}  // namespace doorward::store
