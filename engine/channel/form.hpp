#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::channel {

/// What a field of a credential form holds. `text` is public; the others are secrets, of which
/// `public_keys` are any number of public keys found by their serial.
enum class FieldKind { text, secret, private_key, public_keys };

/// Whether a payee's field tells him from every other, and how it is held against another:
/// `loosely`, as numbers and log-ins are written (blanks, dashes and capital letters mean nothing),
/// or `exactly`, letter by letter.
enum class Identifies { no, loosely, exactly };

/// One line of the form that an operator fills in for a channel account.
struct FormField {
    std::string name;
    FieldKind kind = FieldKind::text;
    bool is_required = false;
    Identifies identifies = Identifies::no;  ///< of a payee alone
    std::string title_en;
    std::string title_zh;
    /// Only these scenes need it. Of an account: without it, it does not offer these scenes or
    /// methods of payouts. Of a payer: it may be said of these alone.
    std::vector<std::string> scenes = {};
    /// What the whole text must match (ECMAScript): of a party's field, or of an account's text or
    /// secret; empty: anything.
    std::string pattern = {};
    // Of an account's field alone; check_change() holds accounts to them.
    std::vector<std::string> choices = {};                 ///< of a text; empty: anything
    std::pair<std::string, std::string> needed_with = {};  ///< a text field, and what it says
    bool is_fixed = false;  ///< a text that stays as it is once the account was no draft any more
};

/// The credential form of a channel: `channels/<name>/form.json`. A plain value.
struct Form {
    std::vector<FormField> fields;
    std::vector<FormField> payee;    ///< what a payout must say of who gets it: text or secret
    std::vector<FormField> payer;    ///< what a leg must say of who pays it: text or secret
    std::string merchant_field;      ///< the text field that holds the merchant id at the channel
    std::vector<std::string> hosts;  ///< the channel's own hosts, always allowed

    [[nodiscard]] const FormField* find(std::string_view name) const;
};

/// Unknown members, kinds and a merchant field that is no text field are `invalid`.
Result<Form> parse_form(std::string_view json_text);

/// What tells the payee from every other, as one text: the members that identify him, each as its
/// field says. Of a payee that check_payee() takes. Not to be stored: it is his number.
[[nodiscard]] std::string payee_identity(const Form& form, const Value& payee);

/// Whether the record says all that a payout must say of its payee, and nothing else: each field a
/// text of 1 to 256 bytes. `invalid` names the first field that is missing, unknown or wrong, in
/// the context too ("/payee/account"), and never a value. Pure: for requests, before anything is
/// booked.
Result<void> check_payee(const Form& form, const Value& payee);

/// Who pays a leg, and in which scene; null when nothing is said.
struct PayerSaid {
    std::string_view scene;
    const Value& payer;
};
/// The same of a leg's payer, for the fields of its scene ("/payer/openid").
Result<void> check_payer(const Form& form, const PayerSaid& said);

}  // namespace sluice::channel
