/* Values of datatrove 0.10.1 with spaCy 3.8.18, numpy 2.4.6 and xxhash 3, for texts written here. */
#include "dedup/datatrove.h"
#include "common/simd.h"
#include "dedup/minhash.h"
#include "tests/unit/test.h"

#define LANES 112

TEST(parameters)
{
    static uint64_t a[800], b[800];
    datatrove_parameters(1, 800, a, b);
    CHECK(a[0] == 775169054918279404 && a[1] == 1758426461858698313 && a[799] == 1943482864744726491);
    CHECK(b[0] == 246936077263273982 && b[1] == 1095449533319664554 && b[799] == 1217729768044553401);
    datatrove_parameters(7, 800, a, b);
    CHECK(a[0] == 1407639518939636933 && a[1] == 551904368352831991 && a[799] == 1485580446581509186);
    CHECK(b[0] == 2009030213953305819 && b[1] == 1203437643183582428 && b[799] == 1536941191402659801);
    datatrove_parameters(1, LANES, a, b);
    CHECK(b[0] == 1062448801025099917); /* after all of a */
}

struct known {
    const char *text, *normal, *words;
    size_t n;
    uint64_t first, second, all; /* shingles, and their exclusive or */
    uint64_t band[8];            /* the first of 14 */
    uint64_t sum;                /* of all lanes, each times its number from 1 */
};

static const struct known known[] = {
    {"The miller cannot open the 3rd sluice before 6.30 a.m., said the owner; the mill (built 1,842) isn't "
     "his.",
     "the miller cannot open the 0rd sluice before 0 a m said the owner the mill built 0 isn t his",
     "the miller can not open the 0rd sluice before 0 a m said the owner the mill built 0 isn t his",
     18,
     0x20f36e83d93d9562,
     0xd9ccdd3cc2c05ee2,
     0x7cc210b49b162ddb,
     {0x24c6c2927d9432, 0x8a7c0fc1f99e99, 0x35bbc52e5bb121, 0x208f5f04a101f4, 0x23e3dfa04c58e1f,
      0xe6b23b77dfafc4, 0xe32eb43f83a159, 0x61c4a148d76880},
     0x1913de047ef7b40f},
    {"ΟΔΟΣ, Σ. and İSTANBUL: café, Ångström — naïve “quotes” … 20°C, 5km² for £30/kg or 10€; ‘why’ not® at "
     "all? I dont know.",
     "οδος σ and istanbul cafe angstrom naive quotes 0°c 0km² for £0 kg or 0€ ‘why not® at all i dont know",
     "οδος σ and istanbul cafe angstrom naive quotes 0 ° c 0 km² for £ 0 kg or 0 € ‘ why not ® at all i do "
     "nt know",
     26,
     0x99afa83032795c6b,
     0x13ba4771c07d949c,
     0x523c68e0f0beef05,
     {0xe9d715489f14d4, 0x2608e4cac64564f, 0x1945d9b4f4d3fa, 0x2b2827bd212f549, 0x30e0136f648ff7,
      0x17e2e84f2dd9d98, 0x1db39fd7964a9df, 0x727dfe921019d9},
     0xfa6a377a15f829b},
    {"water runs down the leat and turns the wheel that turns the stone that grinds the corn that makes the "
     "bread",
     "water runs down the leat and turns the wheel that turns the stone that grinds the corn that makes the "
     "bread",
     "water runs down the leat and turns the wheel that turns the stone that grinds the corn that makes the "
     "bread",
     17,
     0xf4baaa4f8a75d3a7,
     0x6aa3ddb3bc1a3734,
     0xf7569c65ed16096a,
     {0x5663118b9574be, 0x8b15f4d7a38518, 0x3e5df2de48d0ebe, 0x345b322e69b51, 0x86eaee383f0da6,
      0x131dedb02decf, 0x22b04b6dd1cd27, 0xaa7c6c5e606b05},
     0x9354ac0464f58afb},
    {"Мельница №5: вода течёт, колесо крутится — 10 кг муки в час! 한국어 문장도 있다. 水車は回る",
     "мельница №0 вода течет колесо крутится 0 кг муки в час 한국어 문장도 있다 "
     "水車は回る",
     "мельница № 0 вода течет колесо крутится 0 кг муки в час 한국어 문장도 있다 "
     "水車は回る",
     12,
     0xe7b8c19d8ad7ab90,
     0x7b078ae0aab1e391,
     0x322b79200859c40c,
     {0x15fa6bcd94c668, 0x2d315ddfac19e9b, 0x2dfa80d50b7896a, 0x69588426d843618, 0xa2a33c79eb63bf,
      0x121e944f2aabfd6, 0x29f49007b8f0d97, 0x20375bc40960c8b},
     0x359bf63882574295}};
#define N_KNOWN (sizeof known / sizeof *known)

static void check_signature(const struct known *k, const struct datatrove *d)
{
    uint64_t a[LANES], b[LANES], least[LANES], sum = 0;
    datatrove_parameters(1, LANES, a, b);
    for (int simd = SIMD_PLAIN; simd <= SIMD_AVX512; simd++) {
        simd_limit((enum simd)simd);
        datatrove_lanes(a, b, LANES, d->at, d->n, least);
        sum = 0;
        for (unsigned j = 0; j < LANES; j++) sum += least[j] * (j + 1);
        CHECK(memcmp(least, k->band, sizeof k->band) == 0);
        CHECK(sum == k->sum);
        datatrove_lanes(a, b, 21, d->at, d->n, least + 21); /* a part of a block */
        CHECK(memcmp(least, least + 21, 21 * sizeof *least) == 0);
    }
}

TEST(known_texts)
{
    struct datatrove d;
    datatrove_init(&d);
    for (size_t i = 0; i < N_KNOWN; i++) {
        const struct known *k = &known[i];
        uint64_t all = 0;
        CHECK_INT(datatrove_grams(&d, slice_str(k->text), 5, NULL), 0);
        CHECK_SLICE(buf_slice(&d.text), k->normal);
        CHECK_SLICE(slice_of(d.joined.p, d.joined.n - 1), k->words);
        CHECK_INT(d.n, k->n);
        for (size_t s = 0; s < d.n; s++) all ^= d.at[s];
        CHECK(d.at[0] == k->first && d.at[1] == k->second && all == k->all);
        check_signature(k, &d);
    }
    datatrove_free(&d);
}

/* Normal form and words, as Python gives them; words are joined by "_". */
TEST(small_texts)
{
    static const char *const cases[][3] = {
        {"", "", ""},
        {"  ?! ", "", ""},
        {"A.B. e.g. U.S.", "a b e g u s", "a_b_e_g_u_s"},
        {"1,000.50 and 3،5 or 1.2.3", "0 0 and 0 or 0 0", "0_0_and_0_or_0_0"},
        {"٣٫٥ ๒๓ １２", "0 0 0", "0_0_0"},
        {"ΑΣ. ΑΣΑ ΑΣ.Α Σ ΑΣⅣ ΑΣ\314\201", "ας ασα ασ α σ ασⅳ ας", "ας_ασα_ασ_α_σ_ασⅳ_ας"},
        {"ÉCOLE e\314\201 İ ﬁ Å", "ecole e i ﬁ a", "ecole_e_i_ﬁ_a"},
        {"ς’σ", "ς σ", "ς_σ"},
        {"can't cannot CANNOT gonna y'all theyd've", "can t cannot cannot gonna y all theyd ve",
         "can_t_can_not_can_not_gon_na_y_all_they_d_ve"},
        {"im ima id ill its", "im ima id ill its", "i_m_i_m_a_i_d_ill_its"},
        {"12km 3.5m² 5kgs 0kg®", "0km 0m² 0kgs 0kg®", "0_km_0_m²_0kgs_0_kg_®"},
        {"€5 5€ a€ €€5 5€€", "€0 0€ a€ €€0 0€€", "€_0_0_€_a€_€_€_0_0€€"},
        {"®a®b™™", "®a®b™™", "®_a_®_b_™_™"},
        {"‘s ‘sx x‘s", "‘s ‘sx x‘s", "‘s_‘_sx_x‘s"},
        {"¿qué? ¡no! ·", "¿que ¡no ·", "¿_que_¡_no_·"},
        {"a\315\276b a\315\276 \341\277\257f", "a;b a; `f", "a;b_a_;_`_f"},
        {"тб 10тб 10кб 5м³", "тб 0тб 0кб 0м³", "тб_0тб_0_кб_0_м³"},
        {"20°C 20°", "0°c 0°", "0_°_c_0_°"},
        {"\342\200\250a\343\200\200b\302\205c\034d", "a b c d", "a_b_c_d"},
        {"👍👩\342\200\215💻❤\357\270\217", "👍👩\342\200\215💻❤", "👍_👩_\342\200\215_💻_❤"},
        {"한국 ガ ｶﾞ", "한국 カ ｶﾞ", "한국_カ_ｶﾞ"},
        {"a\302\255b a\342\200\213b", "a\302\255b a\342\200\213b", "a\302\255b_a\342\200\213b"},
        {"_x_ #y @z ~", "x y z", "x_y_z"},
        {"①Ⅳª", "①ⅳª", "①ⅳª"},
        {"『a』〔b〕٪5 5٪", "『a』〔b〕٪0 0٪", "『_a』〔b〕٪0_0_٪"},
        {"₿10 10₿ 10$", "₿0 0₿ 0", "₿_0_0_₿_0"}};
    struct datatrove d;
    datatrove_init(&d);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(datatrove_grams(&d, slice_str(cases[i][0]), 5, NULL), 0);
        CHECK_SLICE(slice_of(d.text.n ? d.text.p : "", d.text.n), cases[i][1]);
        for (size_t k = 0; k < d.joined.n; k++)
            if (d.joined.p[k] == ' ') d.joined.p[k] = '_';
        CHECK_SLICE(slice_of(d.joined.n ? d.joined.p : "", d.joined.n - (d.joined.n > 0)), cases[i][2]);
    }
    datatrove_free(&d);
}

TEST(short_texts)
{
    struct datatrove d;
    datatrove_init(&d);
    static const char *const none[] = {"", "?!", "one Two.", "one two three four"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        CHECK_INT(datatrove_grams(&d, slice_str(none[i]), 5, NULL), 0);
        CHECK_INT(d.n, 0);
    }
    CHECK_INT(datatrove_grams(&d, slice_str("one two three four five"), 5, NULL), 0);
    CHECK_INT(d.n, 1);
    datatrove_free(&d);
}

/* Bands are those of the lanes: two texts share one exactly where datatrove's eight numbers are the same. */
TEST(bands)
{
    static const char *const texts[] = {"water runs down the leat and turns the wheel that turns the stone "
                                        "that grinds the corn that makes the bread",
                                        "Water runs down the leat, and turns the wheel that turns the stone "
                                        "that grinds the corn that makes the loaf"};
    struct shingles *s = shingles_new(&(struct shingle_opts){.n = 5, .unit = SHINGLE_DATATROVE});
    struct minhash m;
    struct shingle_list list = {0};
    uint64_t a[LANES], b[LANES], least[2][LANES], key[2][14];
    minhash_init(&m, &(struct minhash_opts){.bands = 14, .rows = 8, .seed = 1, .kind = MINHASH_DATATROVE});
    datatrove_parameters(1, LANES, a, b);
    for (unsigned i = 0; i < 2; i++) {
        CHECK_INT(shingles_of(s, slice_str(texts[i]), &list, NULL), 0);
        CHECK(list.n == 17 && list.at[0] == list.wide[0] >> 32);
        minhash_bands(&m, &list, key[i]);
        datatrove_lanes(a, b, LANES, list.wide, list.n, least[i]);
    }
    unsigned shared = 0;
    for (unsigned i = 0; i < 14; i++) {
        bool same = memcmp(&least[0][i * 8], &least[1][i * 8], 64) == 0;
        CHECK(same == (key[0][i] == key[1][i]));
        shared += same;
    }
    CHECK(shared > 0 && shared < 14);
    shingles_free(s);
}

int main(void)
{
    RUN(parameters);
    RUN(known_texts);
    RUN(small_texts);
    RUN(short_texts);
    RUN(bands);
    return TEST_END();
}
